using Tat.MLNet.Formats;
using Tat.Torch.Degradation;
using Tat.Torch.Imaging;
using Tat.Torch.Randomness;
using Tat.Torch.Tasks;

namespace Tat.Samples.Comparison;

/// <summary>A way to degrade scans of a task, and what tables call it.</summary>
internal sealed record ScanDegradation(string Label, IDegradation Degradation)
{
    /// <summary>The published strength of a task first, then others that a model should master.</summary>
    public static IReadOnlyList<ScanDegradation> For(RestorationTask task) => task.Name switch
    {
        "CT" =>
            [.. new[] { 0.25, 0.1, 0.5 }.Select(dose => new ScanDegradation(
                FormattableString.Invariant($"CT, {100 * dose:G2} % of the dose"), new CtLowDose { DoseFraction = dose }))],
        "PET" =>
            [.. new[] { 12, 4, 20 }.Select(reduction =>
                new ScanDegradation($"PET, 1/{reduction} of the counts", new PetLowCount { Reduction = reduction }))],
        "MRI" => [.. new[] { 4, 2 }.Select(factor => new ScanDegradation($"MRI, factor {factor}", new MriKSpaceCrop { Factor = factor }))],
        _ => throw new InvalidDataException(
            $"It is not known how images of the task '{task}' are degraded; measure your own pairs with the command evaluate."),
    };

    /// <summary>Degrades some slices of a scan, spread evenly over its middle half.</summary>
    /// <param name="scan">A good scan.</param>
    /// <param name="name">What to call its slices.</param>
    /// <param name="slices">How many.</param>
    /// <param name="random">What the noise follows from.</param>
    /// <param name="cancellationToken">Stops between slices.</param>
    /// <returns>The pairs with the numbers of their slices; low-quality slices know the level of all of them, and how far their k-space is
    /// filled.</returns>
    public IReadOnlyList<(int Slice, ImagePair Pair)> Apply(
        IImageScan scan, string name, int slices, RandomStream random, CancellationToken cancellationToken)
    {
        var spacing = scan.PixelSpacing() ?? throw new InvalidDataException(
            $"'{scan.Path}' does not record its pixel size, which the simulation needs.");
        var pairs = new List<(int Slice, ImagePair Pair)>();
        foreach (var slice in Middle(scan.SliceCount, slices))
        {
            cancellationToken.ThrowIfCancellationRequested();
            pairs.Add((slice, Degradation.Degrade(scan.ReadSlice(slice), spacing, random.NextBits(), name)));
        }

        var (level, extent) = (IntensityLevel.Measure(pairs.Select(item => item.Pair.LowQuality)),
            KSpaceFill.Measure(pairs.Select(item => item.Pair.LowQuality)));
        return
        [
            .. pairs.Select(item =>
                (item.Slice, new ImagePair(item.Pair.LowQuality.InVolume(level, extent), item.Pair.HighQuality, name))),
        ];
    }

    private static IEnumerable<int> Middle(int count, int wanted)
    {
        var (first, length) = (count / 4, Math.Max(1, count - (2 * (count / 4))));
        return Enumerable.Range(0, Math.Min(wanted, length)).Select(i => first + (((2 * i) + 1) * length / (2 * Math.Min(wanted, length))));
    }
}
