using System.Diagnostics;

namespace Tat.Tests.Build;

/// <summary>Runs the dotnet command as a user does: nothing that the building of this test run has set reaches it.</summary>
internal static class Dotnet
{
    /// <summary>The configuration that this test program was built in.</summary>
    public static string Configuration { get; } =
        AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Debug{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            ? "Debug"
            : "Release";

    public static async Task<(int ExitCode, string Output)> Run(
        string folder, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        foreach (var inherited in start.Environment.Keys.Where(key =>
            key is "TorchBackend" or "UseFoDicom" || key.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(inherited);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await error);
    }

    /// <summary>Fails where the command does.</summary>
    public static async Task<string> Succeed(string folder, string[] arguments, params (string Name, string Value)[] environment)
    {
        var (exitCode, output) = await Run(folder, arguments, environment);
        Assert.AreEqual(0, exitCode, $"dotnet {string.Join(' ', arguments)}\n{output}");
        return output;
    }
}
