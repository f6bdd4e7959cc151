using System.Globalization;
using Tat.Torch.Files.Writing;

namespace Tat.Tests;

/// <summary>
/// All temporary files of a run, those of the processes that tests start included, lie in one folder: what a killed run has left goes with
/// the next one.
/// </summary>
[TestClass]
public sealed class TestRun
{
    private static WorkFolder? _work;

    /// <summary>The folder for temporary files outside, for what is to stay after the run.</summary>
    public static string Outside { get; } = Path.GetTempPath();

    /// <summary>A number that a variable of the environment gives for a longer form of a test.</summary>
    public static int Number(string variable, int otherwise) =>
        int.TryParse(
            Environment.GetEnvironmentVariable(variable), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : otherwise;

    [AssemblyInitialize]
    public static void Begin(TestContext context)
    {
        _work = new();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => _work.Dispose();
        if (!OperatingSystem.IsWindows())
        {
            // A test starts a program as another user.
            File.SetUnixFileMode(Path.GetDirectoryName(_work.Path)!, (UnixFileMode)0b111_001_001);
        }

        foreach (var variable in OperatingSystem.IsWindows() ? new[] { "TMP", "TEMP" } : ["TMPDIR"])
        {
            Environment.SetEnvironmentVariable(variable, _work.Path);
        }
    }

    [TestMethod]
    public void Temporary_files_lie_in_a_folder_that_goes_with_the_run() =>
        StringAssert.StartsWith(Path.GetTempPath(), _work!.Path, StringComparison.Ordinal);
}
