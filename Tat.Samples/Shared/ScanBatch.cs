using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using Tat.MLNet.Formats;
using Tat.MLNet.Scans;
using Tat.Samples.Shell;
using Tat.Torch.Files;
using Tat.Torch.Inference;

namespace Tat.Samples.Shared;

/// <summary>Scans restored one after the other, and what is told of each.</summary>
internal static class ScanBatch
{
    /// <summary>Restores scans one after the other, and goes on after those that cannot be restored.</summary>
    /// <param name="terminal">Where it is told.</param>
    /// <param name="restorer">The restorer.</param>
    /// <param name="jobs">The scans and their destinations.</param>
    /// <param name="leftOut">Files that are told with the results; damaged ones make the whole a failure.</param>
    /// <param name="options">How each is restored.</param>
    /// <param name="json">Whether results are printed as JSON.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The exit code.</returns>
    public static int Restore(Terminal terminal, IImageRestorer restorer, IReadOnlyList<ScanJob> jobs, IReadOnlyList<LeftOutFile> leftOut,
        Func<ScanJob, ScanRestorationOptions> options, bool json, CancellationToken cancellationToken)
    {
        // A damaged file may be a slice of any scan beside it, also where it does not tell its series.
        LeftOutFile[] damaged = [.. leftOut.Where(file => file.IsDamaged)];
        var results = new List<object>();
        var failures = new List<(ScanJob Job, string Reason)>();
        foreach (var job in jobs)
        {
            var clock = Stopwatch.StartNew();
            try
            {
                var result = terminal.Track(job.Source.Name, progress => restorer.RestoreScan(
                    job.Source, job.Destination, options(job), new SliceProgress(progress), cancellationToken), quiet: json);
                results.Add(new
                {
                    result.Source,
                    Task = result.Task.Name,
                    result.Slices,
                    result.Unrestored,
                    result.ShareBeyondRange,
                    NoiseBefore = Known(result.Noise.Before),
                    NoiseAfter = Known(result.Noise.After),
                    result.Destination,
                    clock.Elapsed.TotalSeconds,
                    result.SeriesInstanceUids,
                    result.Warnings,
                });
                if (!json)
                {
                    var noise = Known(result.Noise.Before) is { } before && Known(result.Noise.After) is { } after
                        ? FormattableString.Invariant($", noise {before:G3} → {after:G3}")
                        : "";
                    var restored = result.Slices - result.Unrestored;
                    terminal.Line(string.Create(
                        CultureInfo.InvariantCulture, $"{job.Destination}: {MessageText.Amount(restored, "slice")} restored as "
                            + $"{result.Task} in {clock.Elapsed.TotalSeconds:F1} s{noise}"));
                    foreach (var warning in result.Warnings)
                    {
                        terminal.Line($"{job.Destination}: {warning}");
                    }
                }
            }
            catch (Exception exception)
                when (exception is IOException or InvalidDataException or ArgumentException or UnauthorizedAccessException
                    or NotSupportedException)
            {
                var reason = FailureText.Of(exception);
                failures.Add((job, reason));
                results.Add(new { Source = job.Source.Path, job.Destination, Error = reason });
            }
        }

        if (json)
        {
            terminal.Json(results.Concat(LeftOutFacts.Of(leftOut)));
        }

        if (jobs.Count + damaged.Length > 1 && failures.Count + damaged.Length > 0 && !json)
        {
            var table = new Table().AddColumn("Not restored").AddColumn("Why");
            failures.ForEach(failure => table.AddRow(new Text(failure.Job.Source.ToString()), new Text(failure.Reason)));
            foreach (var file in damaged)
            {
                table.AddRow(new Text($"'{file.Path}'"), new Text(file.Reason));
            }

            terminal.Write(table);
        }

        if (failures.Count > 0)
        {
            terminal.Error(jobs.Count == 1
                ? failures[0].Reason
                : $"{failures.Count} of {jobs.Count} images failed; the first: {failures[0].Reason}");
        }

        if (damaged.Length > 0)
        {
            terminal.Error($"{damaged.Length} damaged files are not restored; the first: '{damaged[0].Path}': {damaged[0].Reason}");
        }

        return failures.Count + damaged.Length > 0 ? ExitCodes.Failed : ExitCodes.Done;
    }

    private static double? Known(double value) => double.IsFinite(value) ? value : null;

    /// <summary>Tells of slices as a share of all.</summary>
    private sealed class SliceProgress(IProgress<(double, string)> progress) : IProgress<ScanProgress>
    {
        public void Report(ScanProgress value) =>
            progress.Report((value.Slices / value.Count, $"slice {Math.Min(value.Count, (int)value.Slices + 1)} of {value.Count}"));
    }
}
