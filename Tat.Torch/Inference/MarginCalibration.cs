using Tat.Torch.Imaging;
using Tat.Torch.Model;
using Tat.Torch.Tasks;

namespace Tat.Torch.Inference;

/// <summary>
/// Finds how wide the intervals of a model have to be: from pairs of degraded and good images of scans that it was not trained on.
/// </summary>
/// <remarks>
/// The ratio of the factors minimises the loss of the 90 % quantile of the error (Koenker and Bassett, Econometrica 1978), each image with
/// as many pixels; their size is such that intervals hold 90 % of the values.
/// What they are worth is measured by leaving out one scan after the other: it is judged with the factors of the others.
/// </remarks>
/// <param name="restorer">The model, or what <see cref="RestorationVariants.WithEnsemble"/> made of it.</param>
/// <exception cref="NotSupportedException">Results of the model are changed, in part or by local means.</exception>
public sealed class MarginCalibration(IImageRestorer restorer)
{
    /// <summary>Above this share of the range a value is one of the body: −983 HU, an SUV of 0.2.</summary>
    private const double Body = 0.01;

    private const int PixelsOfImage = 4096;

    private readonly IImageRestorer _model = restorer.ModelOfMargins();

    private readonly List<Sample> _samples = [];

    /// <summary>Adds pairs of a scan.</summary>
    /// <param name="pairs">Degraded images, and what they should be.</param>
    /// <param name="task">Their task, one that the model has learnt.</param>
    /// <param name="scan">What to call the scan: pairs of one name are judged together.</param>
    /// <param name="cancellationToken">Stops between images.</param>
    /// <exception cref="InvalidDataException">An image has a value that is no finite number.</exception>
    public void Add(IReadOnlyList<ImagePair> pairs, RestorationTask task, string scan, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        ArgumentNullException.ThrowIfNull(task);
        ArgumentException.ThrowIfNullOrEmpty(scan);
        task = _model.Tasks[task.Name];
        var results = OrientationEnsemble.Restore(
            _model, [.. pairs.Select(pair => pair.LowQuality)], [.. pairs.Select(_ => task)], null, cancellationToken);
        foreach (var (pair, (mean, spread)) in pairs.Zip(results))
        {
            // What was not restored has no margin.
            var range = task.RangeOf(pair.LowQuality);
            for (var j = 0; j < Math.Min(PixelsOfImage, mean.Pixels.Length) && spread is not null; j++)
            {
                var i = (int)((((2L * j) + 1) * mean.Pixels.Length) / (2L * Math.Min(PixelsOfImage, mean.Pixels.Length)));
                _samples.Add(new(task.Name, scan, spread[i] / range.Width, MarginFactors.RootOf(mean.Pixels[i], range),
                    Math.Abs((double)mean.Pixels[i] - pair.HighQuality.Pixels[i]) / range.Width));
            }
        }
    }

    /// <summary>Finds the factors of all tasks, and measures what they are worth.</summary>
    /// <param name="cancellationToken">Stops between scans.</param>
    /// <exception cref="InvalidDataException">A task has fewer than two scans, or none that tell how wide intervals must be.</exception>
    public IReadOnlyList<MarginCoverage> Fit(CancellationToken cancellationToken = default) =>
        [.. _samples.GroupBy(sample => sample.Task).Select(task => Fit(task.Key, [.. task], cancellationToken))];

    private static MarginCoverage Fit(string task, Sample[] samples, CancellationToken cancellationToken)
    {
        string[] scans = [.. samples.Select(sample => sample.Scan).Distinct()];
        if (scans.Length < 2)
        {
            throw new InvalidDataException(
                $"There is only one scan of {task}: give at least two, so that each can be judged by the others.");
        }

        var held = new List<(string Scan, bool IsBody, bool IsHeld)>(samples.Length);
        foreach (var scan in scans)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (spread, signal) = Factors([.. samples.Where(sample => sample.Scan != scan)]);
            held.AddRange(samples.Where(sample => sample.Scan == scan).Select(sample =>
                (scan, sample.IsBody, sample.Error <= sample.Width(spread, signal))));
        }

        double Share(IEnumerable<(string Scan, bool IsBody, bool IsHeld)> pixels) =>
            pixels.Select(pixel => pixel.IsHeld ? 1.0 : 0).DefaultIfEmpty(double.NaN).Average();
        var (allSpread, allSignal) = Factors(samples);
        var factors = new MarginFactors { Spread = allSpread, Signal = allSignal, Coverage = Share(held), Scans = scans.Length };
        if (!factors.IsValid)
        {
            throw new InvalidDataException($"No factors were found whose intervals hold 90 % of the values of {task}: neither the spread "
                + "over the orientations nor the value itself tells where the model is off. Give scans that are less uniform.");
        }

        return new(
            task, factors,
            Share(held.Where(pixel => pixel.IsBody)),
            scans.ToDictionary(scan => scan, scan => Share(held.Where(pixel => pixel.Scan == scan))));
    }

    /// <summary>
    /// The two factors, 0 or more: in the ratio that has the least quantile loss at its best scale, and so large that they hold 90 % on the
    /// mean of all pixels and those of the body, which background would outnumber.
    /// </summary>
    private static (double Spread, double Signal) Factors(Sample[] samples)
    {
        var (spread, signal) = Enumerable.Range(-31, 35).Select(half => (Spread: 1.0, Signal: half == -31 ? 0 : Math.Pow(2, half / 2.0)))
            .Append((Spread: 0, Signal: 1))
            .MinBy(direction => Loss(samples, Array.ConvertAll(samples, sample => sample.Width(direction.Spread, direction.Signal))));
        var widths = Array.ConvertAll(samples, sample => sample.Width(spread, signal));
        var body = (double)samples.Length / Math.Max(1, samples.Count(sample => sample.IsBody));
        var scale = Scale(samples, widths, Array.ConvertAll(samples, sample => sample.IsBody ? 1 + body : 1));
        return (scale * spread, scale * signal);
    }

    /// <summary>The least quantile loss of widths in a ratio: at the quantile in which each pixel weighs as much as it is wide.</summary>
    private static double Loss(Sample[] samples, double[] widths)
    {
        var scale = Scale(samples, widths, widths);
        return samples.Zip(widths, (sample, width) => sample.Error - (scale * width))
            .Sum(over => over > 0 ? MarginFactors.Level * over : (MarginFactors.Level - 1) * over);
    }

    /// <summary>What widths are multiplied by to hold errors of 90 % of the weight.</summary>
    private static double Scale(Sample[] samples, double[] widths, double[] weights)
    {
        var quotients = new double[samples.Length];
        for (var i = 0; i < samples.Length; i++)
        {
            quotients[i] = widths[i] > 0 ? samples[i].Error / widths[i] : double.PositiveInfinity;
        }

        var ordered = (double[])weights.Clone();
        Array.Sort(quotients, ordered);
        var (left, at) = (MarginFactors.Level * ordered.Sum(), 0);
        while (at < ordered.Length - 1 && (left -= ordered[at]) > 0)
        {
            at++;
        }

        return double.IsFinite(quotients[at]) ? quotients[at] : 0;
    }

    /// <summary>A pixel; its numbers are shares of the range of its task.</summary>
    private readonly record struct Sample(string Task, string Scan, double Spread, double Root, double Error)
    {
        public bool IsBody => Root * Root > Body;

        public double Width(double spread, double signal) => (spread * Spread) + (signal * Root);
    }
}
