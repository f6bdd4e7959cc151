using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Model;
using Tat.Torch.Tasks;

namespace Tat.Tests.Inference;

[TestClass]
public sealed class MarginTests
{
    private static readonly RestorationTask _task = RestorationTask.Pet;

    [TestMethod]
    public void The_margin_is_the_spread_over_the_orientations_and_the_root_of_the_value()
    {
        // A model that adds 1 in the original orientation alone: seven of eight results are the image, and one is 1 more.
        var image = new ImageSlice([1, 2, 3, 4, 5, 20], 2, 3);
        using var model = new Scripted(call => call == 0 ? 1 : 0, new() { Margins = Margins(spread: 3, signal: 0.5) });
        var margins = model.WithMargins();
        var restored = margins.Restore([image], [_task])[0];
        var margin = margins.MarginOf(restored);
        var deviation = Math.Sqrt(7.0 / 64 / 7 * 8);
        for (var i = 0; i < image.Pixels.Length; i++)
        {
            Assert.AreEqual(image.Pixels[i] + 0.125, restored.Pixels[i], 1e-5);
            Assert.AreEqual((3 * deviation) + (0.5 * 20 * Math.Sqrt(restored.Pixels[i] / 20)), margin.Pixels[i], 1e-4);
        }
    }

    [TestMethod]
    public void What_was_not_restored_has_no_margin_and_a_model_without_calibration_is_refused()
    {
        var image = new ImageSlice([1, 2], 1, 2);
        using var passing = new Scripted(null, new() { Margins = Margins(1, 1) });
        var margins = passing.WithMargins();
        Assert.AreSame(image, margins.Restore([image], [_task])[0]);
        CollectionAssert.AreEqual(new float[2], margins.MarginOf(image).Pixels);

        using var unknown = new Scripted(_ => 0, new() { Name = "mine", Margins = Margins(1, 1) });
        var refusal = Assert.ThrowsExactly<NotSupportedException>(
            () => unknown.WithMargins().Restore([image], [RestorationTask.Ct]));
        StringAssert.Contains(refusal.Message, "'mine' was not calibrated for CT", StringComparison.Ordinal);
    }

    /// <summary>
    /// A model whose spread is known and good scans whose noise is: normal errors of a standard deviation that grows with the spread and
    /// the root of the value are held nine times of ten, in scans that the factors were not found on, too.
    /// </summary>
    [TestMethod]
    public void Factors_hold_the_errors_of_other_scans_nine_times_of_ten()
    {
        using var model = new Scripted(call => call % 8 == 0 ? 0.8f : 0, new());
        var calibration = new MarginCalibration(model);
        var random = new Random(5);
        var deviation = 0.8 * Math.Sqrt(1.0 / 8);
        for (var scan = 0; scan < 6; scan++)
        {
            var low = new ImageSlice([.. Enumerable.Range(0, 4096).Select(_ => 20 * random.NextSingle())], 64, 64);
            var high = low.Pixels.Select(value => (float)(value + 0.1 + (((0.5 * deviation) + (0.2 * Math.Sqrt(value))) * Normal(random))));
            calibration.Add([new(low, new([.. high], 64, 64), "pair")], _task, $"scan {scan}");
        }

        var found = calibration.Fit().Single();
        Assert.AreEqual(("PET", 6), (found.Task, found.Factors.Scans));
        Assert.AreEqual(0.9, found.Factors.Coverage!.Value, 0.015);
        Assert.AreEqual(0.9, found.OfBody, 0.015);
        Assert.HasCount(6, found.ByScan);

        // The quantile of a normal distribution: 1.645 standard deviations; √v in shares of the range of 20.
        Assert.AreEqual(1.645 * 0.2 / Math.Sqrt(20), found.Factors.Signal, 0.02);
    }

    [TestMethod]
    public void One_scan_is_not_enough()
    {
        using var model = new Scripted(_ => 0.5f, new());
        var calibration = new MarginCalibration(model);
        var image = new ImageSlice([1, 2, 3, 4], 2, 2);
        calibration.Add([new(image, image, "a"), new(image, image, "b")], _task, "only");
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidDataException>(() => calibration.Fit()).Message, "one scan of PET", StringComparison.Ordinal);
    }

    /// <summary>The mean over orientations hardly differs between orientations: its spread would say that all is sure.</summary>
    [TestMethod]
    public void Margins_of_a_mean_over_orientations_are_those_of_its_model()
    {
        var image = new ImageSlice([1, 2, 3, 4, 5, 20], 2, 3);
        ImageSlice MarginOf(Func<IImageRestorer, MarginRestorer> with)
        {
            using var model = new Scripted(call => call % 8 == 0 ? 1 : 0, new() { Margins = Margins(spread: 3, signal: 0.5) });
            var margins = with(model);
            return margins.MarginOf(margins.Restore([image], [_task])[0]);
        }

        var expected = MarginOf(model => model.WithMargins()).Pixels;
        CollectionAssert.AreEqual(expected, MarginOf(model => model.WithEnsemble().WithMargins()).Pixels);
        CollectionAssert.AreEqual(expected, MarginOf(model => model.WithMargins().WithMargins()).Pixels);
        using var counted = new Scripted(_ => 0, new());
        var ensemble = counted.WithEnsemble();
        Assert.AreSame(ensemble, ensemble.WithEnsemble());
    }

    [TestMethod]
    public void Results_that_are_changed_have_no_margins_and_no_calibration()
    {
        using var model = new Scripted(_ => 1, new() { Name = "mine", Margins = Margins(1, 1) });
        foreach (var changed in new[] { model.WithStrength(0.5), model.WithLocalMeans(), model.WithStrength(0.5).WithEnsemble() })
        {
            StringAssert.Contains(Assert.ThrowsExactly<NotSupportedException>(() => changed.WithMargins()).Message, "'mine' is that of");
            Assert.ThrowsExactly<NotSupportedException>(() => new MarginCalibration(changed));
        }
    }

    [TestMethod]
    public void Scans_from_which_no_width_follows_calibrate_nothing()
    {
        // All is empty, and the model is off by the same everywhere.
        using var model = new Scripted(_ => 0, new());
        var calibration = new MarginCalibration(model);
        foreach (var scan in new[] { "a", "b" })
        {
            calibration.Add([new(new(new float[4], 2, 2), new([1, 1, 1, 1], 2, 2), scan)], _task, scan);
        }

        Assert.Contains("No factors were found", Assert.ThrowsExactly<InvalidDataException>(() => calibration.Fit()).Message);
    }

    private static Dictionary<string, MarginFactors> Margins(double spread, double signal) =>
        new() { ["PET"] = new() { Spread = spread, Signal = signal } };

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>Adds a number that depends on which call it is; without a function, images pass as they are.</summary>
    private sealed class Scripted(Func<int, float>? addition, ModelCard card) : IImageRestorer
    {
        private int _calls;

        public TaskVocabulary Tasks => TaskVocabulary.Paper;

        public ModelCard Card => card;

        public IReadOnlyList<ImageSlice> Restore(IReadOnlyList<ImageSlice> images, IReadOnlyList<RestorationTask> tasks,
            IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        {
            if (addition is null)
            {
                return images;
            }

            var added = addition(_calls++);
            return [.. images.Select(image =>
                new ImageSlice(Array.ConvertAll(image.Pixels, value => value + added), image.Height, image.Width))];
        }

        public void Dispose()
        {
        }
    }
}
