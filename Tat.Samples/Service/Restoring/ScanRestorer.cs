using Tat.MLNet.Formats;
using Tat.MLNet.Scans;
using Tat.MLNet.Serving;
using Tat.Samples.Service.Jobs;
using Tat.Samples.Service.Models;
using Tat.Samples.Service.Settings;
using Tat.Torch.Inference;

namespace Tat.Samples.Service.Restoring;

/// <summary>Restores the scans of a job as the command <c>restore</c> does.</summary>
public sealed class ScanRestorer(ServedModels models)
{
    /// <summary>Restores all scans of a job's source, with one model: where that is replaced meanwhile, anew with the next.</summary>
    /// <param name="job">The job.</param>
    /// <param name="source">Where its source can be read.</param>
    /// <param name="folder">Where to write.</param>
    /// <param name="progress">Is told the share that is done.</param>
    /// <param name="cancellationToken">Stops within a slice.</param>
    /// <exception cref="InvalidDataException">No scan of it can be restored; the message says why.</exception>
    /// <exception cref="ServiceProblem">There is no model of the name that the job has.</exception>
    public async Task<RestorationOutcome> RestoreAsync(
        Job job, string source, string folder, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var pool = models[job.Model];
        while (true)
        {
            var hash = pool.ModelHash;
            var outcome = await RestoreAsync(job, source, pool, hash, folder, progress, cancellationToken);
            if (pool.ModelHash == hash)
            {
                return outcome;
            }

            Directory.Delete(folder, recursive: true);
            Directory.CreateDirectory(folder);
        }
    }

    private async Task<RestorationOutcome> RestoreAsync(
        Job job, string source, RestorationPool pool, string? model, string folder, IProgress<double> progress,
        CancellationToken cancellationToken)
    {
        var options = job.ToOptions();
        var found = ScanFinder.Find([source], options.Reading, cancellationToken);
        var chosen = found.Scans.Where(scan => job.Task is not null || !scan.NeedsTask).ToList();
        var jobs = ScanJob.Plan(chosen, folder, margins: options.Uncertainty);
        List<string> warnings = [.. found.LeftOut.Select(file => Relative(source, $"{file}"))];
        warnings.AddRange(found.Scans.Except(chosen).Select(scan =>
            $"'{scan.Name}' is not restored: its modality is none of CT, MR and PT; restore it on its own, with its task."));
        var content = job.Content ?? await ContentHash.OfAsync(source, cancellationToken);
        var name = ContentHash.Of([content, model, job.Task, job.Strength ?? 1, .. job.Further]);
        options = options with { Derived = new() { UidSeed = name } };
        var (scans, pixels) = (new List<RestoredScan>(), 0L);
        foreach (var (number, one) in jobs.Index())
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                var result = await pool.RestoreScanAsync(
                    one.Source, one.Destination, options, new ShareOfAll(progress, number, jobs.Count), cancellationToken);
                scans.Add(Describe(source, folder, one, result));
                pixels += result.Pixels * (job.TakesOrientations ? ImageOrientation.Count : 1);
                warnings.AddRange(result.Warnings.Select(warning => jobs.Count == 1 ? warning : $"'{one.Source.Name}': {warning}"));
            }
            catch (Exception problem) when (jobs.Count > 1 && IsFinal(problem))
            {
                warnings.Add($"'{one.Source.Name}' is not restored: {Relative(source, problem.Message)}");
            }
        }

        return scans.Count > 0
            ? new(name, model, pixels, scans, warnings)
            : throw new InvalidDataException($"Nothing was restored: {string.Join(' ', warnings)}");
    }

    /// <summary>Whether a scan that has failed so is no better the next time.</summary>
    public static bool IsFinal(Exception problem) => problem is InvalidDataException or ArgumentException or NotSupportedException
        or KeyNotFoundException or ImageFormatException or FileNotFoundException or ServiceProblem;

    private static RestoredScan Describe(string source, string folder, ScanJob one, ScanRestorationResult result)
    {
        var place = Path.GetRelativePath(source, one.Source.Path);
        return new(place == "." ? "" : place, one.Source.SeriesInstanceUid, Path.GetRelativePath(folder, one.Destination),
            result.Task.Name, [.. result.Files.Select(file =>
                new ResultFile(Path.GetRelativePath(folder, file).Replace('\\', '/'), new FileInfo(file).Length))]);
    }

    /// <summary>A message as a caller understands it, who knows the names below the source alone.</summary>
    private static string Relative(string source, string message) =>
        message.Replace(Path.GetDirectoryName(source) + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);

    private sealed class ShareOfAll(IProgress<double> progress, int number, int count) : IProgress<ScanProgress>
    {
        public void Report(ScanProgress value) => progress.Report((number + (value.Slices / Math.Max(1, value.Count))) / count);
    }
}
