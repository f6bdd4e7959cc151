using Tat.Samples;
using Tat.Samples.Shell;

namespace Tat.Tests.Samples;

/// <summary>Runs a command of the program as a user would, in this process and with redirected output.</summary>
internal sealed record Cli(int ExitCode, string Output, string Errors)
{
    public static Task<Cli> RunAsync(params string[] arguments) => RunAsync(default, arguments);

    public static async Task<Cli> RunAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        var exitCode = await CommandLine.RunAsync(arguments, new Terminal(output, errors, isInteractive: false), cancellationToken);
        return new(exitCode, output.ToString(), errors.ToString());
    }

    /// <summary>What a failed command must look like: one line that says the cause.</summary>
    public void AssertFailed(int exitCode, string cause)
    {
        Assert.AreEqual(exitCode, ExitCode, Errors);
        StringAssert.Contains(Errors, cause, StringComparison.OrdinalIgnoreCase);
        if (exitCode == ExitCodes.Failed)
        {
            Assert.HasCount(1, Errors.Trim().Split('\n'), Errors);
        }
    }

    public void AssertDone(string errors = "") => Assert.AreEqual((ExitCodes.Done, errors), (ExitCode, Errors));
}
