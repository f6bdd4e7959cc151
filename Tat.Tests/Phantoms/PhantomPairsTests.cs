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

    [TestMethod]
    public void Low_quality_is_worse_than_high_quality_but_shows_the_same()
    {
        foreach (var task in TaskVocabulary.Paper)
        {
            var pairs = new PhantomPairs(task, 4, 128, 1);
            var quality = QualitySummary.Of(Enumerable.Range(0, 4).Select(i => ImageQuality.Measure(pairs.Read(i).LowQuality, pairs.Read(i).HighQuality, task.MetricWindow)));
            Assert.IsTrue(quality.Psnr.Mean is > 15 and < 36, $"{task} {quality.Psnr.Mean} dB");
        }
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
