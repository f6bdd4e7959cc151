using System.Runtime.InteropServices;
using Tat.Torch.Tasks;

namespace Tat.Tests.Runtime;

/// <summary>In fresh processes: OpenMP reads the environment once, when it is loaded.</summary>
[TestClass]
public sealed partial class OpenMpTests
{
    [TestMethod]
    [DataRow(null, null, "30000, children none")]
    [DataRow("7", null, "7, children 7")]
    [DataRow(null, "active", "none, children none")]
    public async Task Waiting_threads_sleep_soon_unless_the_environment_says_how_they_wait(
        string? spinCount, string? policy, string expected)
    {
        if (!OperatingSystem.IsLinux())
        {
            Needs.Missing(Needs.Linux, "GCC's OpenMP is LibTorch's on Linux.");
        }

        var outcome = await FreshProcess.Run("wait", ("GOMP_SPINCOUNT", spinCount), ("OMP_WAIT_POLICY", policy));
        Assert.AreEqual(expected, outcome.Output, outcome.Error);
    }

    /// <summary>
    /// A user's program that touches some type of the library: what OpenMP will read, and what a child process would get.
    /// </summary>
    public static string TellWaiting()
    {
        _ = RestorationTask.Mri.Name;
        var native = GetVariable("GOMP_SPINCOUNT");
        return $"{(native == 0 ? "none" : Marshal.PtrToStringUTF8(native))}, children "
            + $"{Environment.GetEnvironmentVariable("GOMP_SPINCOUNT") ?? "none"}";
    }

    [LibraryImport("libc.so.6", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetVariable(string name);
}
