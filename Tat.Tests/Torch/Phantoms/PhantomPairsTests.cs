using Tat.Torch.Metrics;
using Tat.Torch.Phantoms;
using Tat.Torch.Tasks;

namespace Tat.Tests.Phantoms;

[TestClass]
public sealed class PhantomPairsTests
{
    [TestMethod]
    public void A_pair_depends_on_its_seed_and_index_only()
    {
        foreach (var task in TaskVocabulary.Paper)
        {
            var pairs = new PhantomPairs(task, 2, 32, 7);
            var longer = new PhantomPairs(task, 3, 32, 7);
            CollectionAssert.AreEqual(pairs.Read(1).LowQuality.Pixels, longer.Read(1).LowQuality.Pixels);
            CollectionAssert.AreNotEqual(pairs.Read(1).HighQuality.Pixels, longer.Read(2).HighQuality.Pixels);
            CollectionAssert.AreNotEqual(pairs.Read(1).HighQuality.Pixels, new PhantomPairs(task, 2, 32, 8).Read(1).HighQuality.Pixels);
            Assert.AreEqual(3, Enumerable.Range(0, 3).Select(i => longer.Read(i).Name).Distinct().Count());
        }
    }

    /// <summary>Recorded means and pixels; the same came out on one thread and without vector instructions.</summary>
    [TestMethod]
    [DataRow("PET", 0, 1.1821276, 7.2835608, 1.213838, 5.7803464)]
    [DataRow("PET", 1, 0.5725972, 2.4516935, 0.57262358, 1.9846283)]
    [DataRow("CT", 0, -527.15996, 32.415699, -527.30331, 34.27718)]
    [DataRow("CT", 1, -534.84022, 61.789421, -535.82527, 52.326794)]
    [DataRow("MRI", 0, 590.95676, 1339.2064, 555.17469, 1158.0377)]
    [DataRow("MRI", 1, 643.15295, 1050.029, 607.92941, 887.93)]
    public void A_seed_gives_the_same_pair_everywhere(
        string task, int index, double lowMean, double lowPixel, double highMean, double highPixel)
    {
        var pair = new PhantomPairs(TaskVocabulary.Paper[task], 2, 32, 42).Read(index);
        double[] expected = [lowMean, lowPixel, highMean, highPixel];
        double[] actual = [pair.LowQuality.Pixels.Average(value => (double)value), pair.LowQuality[15,
            12], pair.HighQuality.Pixels.Average(value => (double)value), pair.HighQuality[15, 12]];
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], 1e-4 * Math.Abs(expected[i]), $"value {i}");
        }
    }

    [TestMethod]
    public void Low_quality_is_worse_than_high_quality_but_shows_the_same()
    {
        foreach (var task in TaskVocabulary.Paper)
        {
            var pairs = new PhantomPairs(task, 4, 128, 1);
            var quality = QualitySummary.Of(Enumerable.Range(0, 4)
                .Select(i => ImageQuality.Measure(pairs.Read(i).LowQuality, pairs.Read(i).HighQuality, task.MetricWindow)));
            Assert.IsTrue(quality.Psnr.Mean is > 15 and < 36, $"{task} {quality.Psnr.Mean} dB");
        }
    }

    [TestMethod]
    public void The_factor_of_MRI_decides_how_much_resolution_is_left()
    {
        double Psnr(double factor)
        {
            var pair = new PhantomPairs(RestorationTask.Mri, 1, 64, 1) { MriFactor = factor }.Read(0);
            return ImageQuality.Measure(pair.LowQuality, pair.HighQuality).Psnr;
        }

        Assert.AreEqual(4, new PhantomPairs(RestorationTask.Mri, 1, 64, 1).MriFactor);
        Assert.IsGreaterThan(Psnr(4) + 2, Psnr(2));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new PhantomPairs(RestorationTask.Mri, 1, 64, 1) { MriFactor = 0.5 });
    }

    [TestMethod]
    public void Reads_from_several_threads_give_one_pair()
    {
        var pairs = new PhantomPairs(RestorationTask.Mri, 1, 32, 1);
        var read = new object[8];
        Parallel.For(0, read.Length, i => read[i] = pairs.Read(0));
        Assert.AreEqual(1, read.Distinct().Count());
    }

    [TestMethod]
    public void An_index_outside_is_refused() =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new PhantomPairs(RestorationTask.Ct, 2, 32, 1).Read(2));
}
