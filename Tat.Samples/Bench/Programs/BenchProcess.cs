using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using Tat.Samples.Shell;

namespace Tat.Samples.Bench.Programs;

/// <summary>Measures in a process of its own, so that its peak memory is that of what was measured.</summary>
internal static class BenchProcess
{
    /// <summary>The environment variable that tells the program to leave the memory allocator <see cref="AsItComes"/>.</summary>
    public const string AllocatorVariable = "TAT_ALLOCATOR", AsItComes = "default";

    private static readonly TimeSpan _moment = TimeSpan.FromMilliseconds(50);

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
    public static T Run<T>(ProcessStartInfo start, CancellationToken cancellationToken) => RunAtOnce<T>([start], cancellationToken)[0];

    /// <summary>Runs programs at the same time, each to its end, and reads the JSON that they print.</summary>
    /// <exception cref="InvalidOperationException">One failed; the message is its own.</exception>
    public static T[] RunAtOnce<T>(ProcessStartInfo[] starts, CancellationToken cancellationToken)
    {
        var programs = starts.Select(start => RunAsync(start, cancellationToken)).ToArray();
        return [.. Task.WhenAll(programs).GetAwaiter().GetResult()
            .Select(result => JsonSerializer.Deserialize<T>(result.Output, JsonSerializerOptions.Web)!)];
    }

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message is its own.</exception>
    public static async Task<ProcessResult> RunAsync(ProcessStartInfo start, CancellationToken cancellationToken)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        using var stop = cancellationToken.Register(process.Kill);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var result = new ProcessResult("", 0, 0, 0);
        while (!await ExitedAsync(process))
        {
            result = Read(process, result);
        }

        var seconds = clock.Elapsed.TotalSeconds;
        cancellationToken.ThrowIfCancellationRequested();
        return process.ExitCode == ExitCodes.Done
            ? result with { Output = await output, Seconds = seconds }
            : throw new InvalidOperationException($"{Path.GetFileName(start.FileName)}: {(await errors).Trim()}");
    }

    /// <summary>Waits for the end of a program, or a moment.</summary>
    private static async Task<bool> ExitedAsync(Process process)
    {
        using var moment = new CancellationTokenSource(_moment);
        try
        {
            await process.WaitForExitAsync(moment.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>What a program has used until now; the system forgets it at the end.</summary>
    private static ProcessResult Read(Process process, ProcessResult before)
    {
        try
        {
            process.Refresh();
            return before with
            {
                ProcessorSeconds = process.TotalProcessorTime.TotalSeconds,
                PeakBytes = Math.Max(before.PeakBytes, process.PeakWorkingSet64),
            };
        }
        catch (Exception problem) when (problem is InvalidOperationException or Win32Exception)
        {
            return before; // it has just ended
        }
    }
}

/// <summary>What a program did and used.</summary>
/// <param name="Output">What it printed.</param>
/// <param name="Seconds">From its start to its end.</param>
/// <param name="ProcessorSeconds">Of all cores, but for its last moment.</param>
/// <param name="PeakBytes">The most memory that it had at a time.</param>
internal sealed record ProcessResult(string Output, double Seconds, double ProcessorSeconds, long PeakBytes);
