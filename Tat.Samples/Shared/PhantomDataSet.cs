using Tat.MLNet.Formats.Nifti;
using Tat.Torch.Files.Writing;
using Tat.Torch.Phantoms;

namespace Tat.Samples.Shared;

/// <summary>
/// Writes phantoms and their simulated low-quality scans as a data set in the published layout, ROOT/TASK/SPLIT/{LQ,HQ}/NAME.nii.gz.
/// </summary>
internal static class PhantomDataSet
{
    private static readonly NiftiFormat _nifti = new();

    /// <summary>Writes pairs of each task.</summary>
    /// <param name="root">The root folder.</param>
    /// <param name="phantoms">The pairs of each task, at least as many as all splits have together.</param>
    /// <param name="splits">How many pairs each split has; no phantom is in two of them.</param>
    /// <param name="progress">Is told how far it is.</param>
    /// <param name="cancellationToken">Stops between pairs.</param>
    public static void Write(string root, IReadOnlyList<PhantomPairs> phantoms, IReadOnlyList<(string Split, int Count)> splits,
        IProgress<(double, string)> progress, CancellationToken cancellationToken)
    {
        var total = phantoms.Count * splits.Sum(split => split.Count);
        var done = 0;
        foreach (var pairs in phantoms)
        {
            var first = 0;
            foreach (var (split, count) in splits)
            {
                var folder = Path.Combine(root, pairs.Task.Name, split);
                Parallel.For(first, first + count,
                    new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
                    {
                        var pair = pairs.Read(i);
                        var (low, high) = (Path.Combine(folder, "LQ", $"{pair.Name}.nii.gz"),
                            Path.Combine(folder, "HQ", $"{pair.Name}.nii.gz"));
                        using var files = new AtomicFiles(high, low);
                        _nifti.Write(files.PathOf(high), [pair.HighQuality]);
                        _nifti.Write(files.PathOf(low), [pair.LowQuality]);
                        files.Commit();
                        progress.Report((Interlocked.Increment(ref done) / (double)total, $"{pairs.Task} {split}"));
                    });
                first += count;
            }
        }
    }
}
