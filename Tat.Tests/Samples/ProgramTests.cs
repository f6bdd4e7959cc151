using System.Diagnostics;
using System.Text.Json;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Nifti;

namespace Tat.Tests.Samples;

/// <summary>The program as a process of its own: exit codes, streams and Ctrl-C.</summary>
[TestClass]
public sealed class ProgramTests
{
    [TestMethod]
    public async Task Json_is_alone_on_standard_output_and_errors_are_not_there()
    {
        using var folder = new TemporaryFolder();
        using var process = Start("inspect", "--json", NiftiSamples.WriteRamp(folder["a.nii"]), folder["absent.nii"]);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.AreEqual(1, process.ExitCode);
        Assert.AreEqual(1, JsonDocument.Parse(await output).RootElement.GetArrayLength());
        StringAssert.Contains(await errors, "absent.nii", StringComparison.Ordinal);
    }

    [TestMethod]
    public async Task Wrong_usage_ends_with_2()
    {
        using var process = Start("restore");
        await process.WaitForExitAsync();
        Assert.AreEqual(2, process.ExitCode);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task Ctrl_C_cancels_and_leaves_no_half_written_file()
    {
        using var folder = new TemporaryFolder();
        using var process = Start("simulate", "--phantoms", "100000", "--task", "MRI", "--out", folder["set"]);
        var errors = process.StandardError.ReadToEndAsync();
        while (!Directory.Exists(folder["set/MRI/test/LQ"]))
        {
            await Task.Delay(50);
        }

        using var interrupt = Process.Start("kill", ["-INT", $"{process.Id}"]);
        await process.WaitForExitAsync();
        Assert.AreEqual((1, "cancelled"), (process.ExitCode, (await errors).Trim()));
        Assert.IsTrue(folder.Files.All(file => file.EndsWith(".nii.gz", StringComparison.Ordinal)), string.Join(' ', folder.Files));
    }

    private static Process Start(params string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "Tat.Samples.exe" : "Tat.Samples");
        return Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
    }
}
