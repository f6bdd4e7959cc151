using Tat.MLNet.Formats.Nifti;
using Tat.Torch.Phantoms;
using Tat.Torch.Tasks;

namespace Tat.Samples.Shared;

/// <summary>Writes phantoms and their simulated low-quality scans as a data set in the published layout, ROOT/TASK/SPLIT/{LQ,HQ}/NAME.nii.gz.</summary>
internal static class PhantomDataSet
{
    private static readonly NiftiFormat _nifti = new();

    /// <summary>Writes pairs of each task.</summary>
    /// <param name="root">The root folder.</param>
    /// <param name="tasks">The tasks.</param>
    /// <param name="splits">How many pairs each split has; no phantom is in two of them.</param>
    /// <param name="size">Rows and columns.</param>
    /// <param name="seed">Which phantoms.</param>
    /// <param name="mriFactor">MRI: reduction of resolution per axis.</param>
    /// <param name="progress">Is told how far it is.</param>
    /// <param name="cancellationToken">Stops between pairs.</param>
    public static void Write(string root, IReadOnlyList<RestorationTask> tasks, IReadOnlyList<(string Split, int Count)> splits, int size, ulong seed, double mriFactor, IProgress<(double, string)> progress, CancellationToken cancellationToken)
    {
        var total = tasks.Count * splits.Sum(split => split.Count);
        var done = 0;
        foreach (var task in tasks)
        {
            var (pairs, first) = (new PhantomPairs(task, splits.Sum(split => split.Count), size, seed) { MriFactor = mriFactor }, 0);
            foreach (var (split, count) in splits)
            {
                var folder = Path.Combine(root, task.Name, split);
                Parallel.For(first, first + count, new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
                {
                    var pair = pairs.Read(i);
                    _nifti.Write(Path.Combine(folder, "HQ", $"{pair.Name}.nii.gz"), [pair.HighQuality]);
                    _nifti.Write(Path.Combine(folder, "LQ", $"{pair.Name}.nii.gz"), [pair.LowQuality]);
                    progress.Report((Interlocked.Increment(ref done) / (double)total, $"{task} {split}"));
                });
                first += count;
            }
        }
    }
}
