using System.ComponentModel;
using System.Diagnostics;

namespace Tat.Tests.Formats.Dicom;

/// <summary>Runs an independent program; the test is inconclusive where it is not installed.</summary>
internal static class Peer
{
    /// <summary>Runs a program to its end.</summary>
    /// <returns>Its exit code and what it wrote to either output.</returns>
    public static (int ExitCode, string Output) Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output + errors.Result);
        }
        catch (Win32Exception)
        {
            Needs.Missing(Needs.Readers, $"'{program}' is not installed.");
            throw;
        }
    }

    /// <summary>Runs a Python program with Debian's interpreter, whose modules are Debian's packages.</summary>
    public static string Python(string code, params string[] arguments)
    {
        var (exitCode, output) = Run("/usr/bin/python3", ["-c", code, .. arguments]);
        if (output.Contains("ModuleNotFoundError", StringComparison.Ordinal))
        {
            Needs.Missing(Needs.Readers, "python3-pydicom or python3-numpy is not installed.");
        }

        Assert.AreEqual(0, exitCode, output);
        return output;
    }
}
