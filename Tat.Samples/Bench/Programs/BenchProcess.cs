using System.Diagnostics;
using System.Text.Json;
using Tat.Samples.Shell;

namespace Tat.Samples.Bench.Programs;

/// <summary>Measures in a process of its own, so that its peak memory is that of what was measured.</summary>
internal static class BenchProcess
{
    /// <summary>The environment variable that tells the program to leave the memory allocator <see cref="AsItComes"/>.</summary>
    public const string AllocatorVariable = "TAT_ALLOCATOR", AsItComes = "default";

    /// <summary>A <c>bench</c> command of this program.</summary>
    /// <param name="tuned">Whether its memory allocator is tuned as in all commands.</param>
    /// <param name="arguments">The command and its options.</param>
    public static ProcessStartInfo Own(bool tuned, params IEnumerable<string> arguments) =>
        Of(ProgramIn(AppContext.BaseDirectory), tuned, arguments);

    /// <summary>The program in a folder.</summary>
    public static string ProgramIn(string folder) => Path.Combine(folder, OperatingSystem.IsWindows() ? "Tat.Samples.exe" : "Tat.Samples");

    /// <summary>A <c>bench</c> command of a program.</summary>
    public static ProcessStartInfo Of(string program, bool tuned, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, ["bench", .. arguments]);
        if (!tuned)
        {
            start.Environment[AllocatorVariable] = AsItComes;
        }

        return start;
    }

    /// <summary>Runs a program to its end and reads the JSON that it prints.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message is its own.</exception>
    public static T Run<T>(ProcessStartInfo start, CancellationToken cancellationToken)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        using var stop = cancellationToken.Register(process.Kill);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        cancellationToken.ThrowIfCancellationRequested();
        return process.ExitCode == ExitCodes.Done
            ? JsonSerializer.Deserialize<T>(text, JsonSerializerOptions.Web)!
            : throw new InvalidOperationException($"{Path.GetFileName(start.FileName)}: {errors.Result.Trim()}");
    }
}
