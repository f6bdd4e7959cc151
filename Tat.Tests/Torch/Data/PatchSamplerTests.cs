using Tat.Torch.Data;
using Tat.Torch.Imaging;
using Tat.Torch.Tasks;
using Tat.Torch.Training;

namespace Tat.Tests.Data;

[TestClass]
public sealed class PatchSamplerTests
{
    [TestMethod]
    public void An_epoch_shows_each_pair_once_and_drops_the_incomplete_batch()
    {
        var sampler = Sampler([Pairs(RestorationTask.Ct, 10)], batch: 4);
        string[] names = [.. sampler.Sample(1).Names, .. sampler.Sample(2).Names];
        Assert.HasCount(8, names.Distinct());
        Assert.AreNotEqual(string.Join(" ", names), string.Join(" ", sampler.Sample(3).Names.Concat(sampler.Sample(4).Names)));
    }

    [TestMethod]
    public void A_list_shorter_than_a_batch_is_repeated()
    {
        var batch = Sampler([Pairs(RestorationTask.Ct, 2)], batch: 4).Sample(1);
        Assert.HasCount(4, batch.Names);
        Assert.AreEqual(2, batch.Names.Count(name => name == "CT0"));
    }

    [TestMethod]
    public void Every_task_gives_its_share_to_every_batch_in_mixed_order()
    {
        var sampler = Sampler([Pairs(RestorationTask.Ct, 9), Pairs(RestorationTask.Mri, 5), Pairs(RestorationTask.Pet, 30)], batch: 4);
        var orders = Enumerable.Range(1, 8).Select(iteration => sampler.Sample(iteration).Tasks).ToList();
        Assert.IsTrue(orders.All(tasks => Enumerable.Range(0, 3).All(task => tasks.Count(t => t == task) == 4)));
        Assert.IsGreaterThan(1, orders.Select(tasks => string.Join(",", tasks)).Distinct().Count());
    }

    [TestMethod]
    public void An_iteration_gets_the_same_patches_whoever_asks_and_when()
    {
        var pools = new[] { Pairs(RestorationTask.Ct, 9), Pairs(RestorationTask.Mri, 5) };
        var straight = Sampler(pools, batch: 3);
        for (var i = 1; i < 20; i++)
        {
            straight.Sample(i);
        }

        var (expected, actual) = (straight.Sample(20), Sampler(pools, batch: 3).Sample(20));
        CollectionAssert.AreEqual(expected.Names, actual.Names);
        CollectionAssert.AreEqual(expected.LowQuality, actual.LowQuality);
        CollectionAssert.AreNotEqual(expected.LowQuality, Sampler(pools, batch: 3, seed: 8).Sample(20).LowQuality);
    }

    [TestMethod]
    public void Both_images_of_a_pair_are_cut_at_the_same_place()
    {
        var batch = Sampler([Pairs(RestorationTask.Mri, 3, side: 40)], batch: 3, turn: true).Sample(1);
        for (var i = 0; i < batch.LowQuality.Length; i++)
        {
            Assert.AreEqual(batch.HighQuality[i], batch.LowQuality[i] * 2, 1e-6f);
        }
    }

    [TestMethod]
    public void An_image_smaller_than_the_patch_is_continued_by_mirroring()
    {
        var image = new ImageSlice([0, 1, 2, 3, 4, 5], 2, 3);
        var source = new Source(RestorationTask.Mri, [new ImagePair(image, image, "small")]);
        var batch = Sampler([source], batch: 1, patch: 8).Sample(1);
        float[] firstRow = [.. batch.LowQuality.Take(8).Select(value => MathF.Round(value * 4095))];
        float[] secondRow = [.. batch.LowQuality.Skip(8).Take(8).Select(value => MathF.Round(value * 4095))];
        CollectionAssert.AreEqual(new float[] { 0, 1, 2, 1, 0, 1, 2, 1 }, firstRow);
        CollectionAssert.AreEqual(new float[] { 3, 4, 5, 4, 3, 4, 5, 4 }, secondRow);
    }

    [TestMethod]
    public void Task_weights_and_stages_set_how_many_patches_of_which_size_are_drawn()
    {
        var options = new TatTrainerOptions
        {
            PatchSize = 16,
            BatchSizePerTask = 2,
            LaterStages = [new(5, 32, 1)],
            TaskWeights = new Dictionary<string, double> { ["ct"] = 3 },
        };
        var tasks = new TaskVocabulary(RestorationTask.Ct, RestorationTask.Mri);
        var pools = PairPool.Group([Pairs(RestorationTask.Mri, 9), Pairs(RestorationTask.Ct, 9), Pairs(RestorationTask.Pet, 9)], tasks, 0);
        var sampler = new PatchSampler(pools, new SamplingPlan(options.Stages, options.WeightsOf(tasks)), 1, false, false);
        var first = sampler.Sample(4);
        Assert.AreEqual(16, first.PatchSize);
        Assert.AreEqual(3, first.Tasks.Count(task => task == 0));
        Assert.AreEqual(1, first.Tasks.Count(task => task == 1));
        var later = Enumerable.Range(5, 4).Select(iteration => sampler.Sample(iteration)).ToList();
        Assert.IsTrue(later.All(batch => batch.PatchSize == 32));
        Assert.AreEqual(6, later.Sum(batch => batch.Tasks.Count(task => task == 0)));
        Assert.AreEqual(2, later.Sum(batch => batch.Tasks.Count(task => task == 1)));
    }

    [TestMethod]
    public void An_unreadable_pair_ends_training_or_is_replaced_and_told()
    {
        var source = Pairs(RestorationTask.Ct, 4, unreadable: 2);
        var error = Assert.ThrowsExactly<IOException>(() => Sampler([source], batch: 4).Sample(1));
        StringAssert.Contains(error.Message, "CT training pair 2 cannot be read: disk on fire");

        var batch = Sampler([source], batch: 4, skip: true).Sample(1);
        Assert.HasCount(1, batch.Skipped);
        Assert.DoesNotContain("CT2", batch.Names);
    }

    [TestMethod]
    public void A_pixel_that_is_not_a_number_makes_a_pair_unreadable()
    {
        var image = new ImageSlice([.. Enumerable.Repeat(float.NaN, 64)], 8, 8);
        var source = new Source(RestorationTask.Ct, [new ImagePair(image, image, "holes")]);
        var error = Assert.ThrowsExactly<IOException>(() => Sampler([source], batch: 1, patch: 8).Sample(1));
        StringAssert.Contains(error.Message, "'holes' has the value NaN at row 0, column 0");
    }

    [TestMethod]
    public void The_prefetcher_gives_batches_in_order_and_passes_errors_on()
    {
        var sampler = Sampler([Pairs(RestorationTask.Ct, 4)], batch: 2);
        using var prefetcher = new BatchPrefetcher(i => i == 4 ? throw new IOException("gone") : sampler.Sample(i), 1, 10);
        for (var i = 1; i <= 3; i++)
        {
            Assert.AreEqual(i, prefetcher.Take(CancellationToken.None).Iteration);
        }

        Assert.ThrowsExactly<IOException>(() => prefetcher.Take(CancellationToken.None));
    }

    private static PatchSampler Sampler(Source[] sources, int batch, ulong seed = 7, int patch = 16, bool turn = false, bool skip = false)
    {
        var tasks = new TaskVocabulary(sources.Select(source => source.Task));
        var plan = new SamplingPlan([new PatchStage(1, patch, batch)], sources.Select(_ => 1.0));
        return new(PairPool.Group(sources, tasks, 1 << 20), plan, seed, turn, skip);
    }

    private static Source Pairs(RestorationTask task, int count, int side = 24, int unreadable = -1)
    {
        var pairs = Enumerable.Range(0, count).Select(i =>
        {
            float[] low = [.. Enumerable.Range(0, side * side).Select(k => (float)(k + i))];
            float[] high = [.. low.Select(value => 2 * value)];
            return new ImagePair(new(low, side, side), new(high, side, side), $"{task}{i}");
        });
        return new(task, [.. pairs], unreadable);
    }

    private sealed class Source(RestorationTask task, ImagePair[] pairs, int unreadable = -1) : IPairSource
    {
        public RestorationTask Task => task;

        public int Count => pairs.Length;

        public ImagePair Read(int index) => index == unreadable ? throw new IOException("disk on fire") : pairs[index];
    }
}
