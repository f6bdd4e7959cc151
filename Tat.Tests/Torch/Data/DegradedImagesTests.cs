using Tat.Tests.Formats;
using Tat.Tests.Training;
using Tat.Torch.Data;
using Tat.Torch.Degradation;
using Tat.Torch.Imaging;
using Tat.Torch.Phantoms;
using Tat.Torch.Tasks;
using Tat.Torch.Training;

namespace Tat.Tests.Data;

[TestClass]
public sealed class DegradedImagesTests
{
    [TestMethod]
    public void An_iteration_gets_the_same_renewed_patches_whoever_asks_and_when()
    {
        using var straight = Sampler(uses: 3);
        for (var i = 1; i < 40; i++)
        {
            straight.Sample(i);
        }

        using var late = Sampler(uses: 3);
        var (expected, actual) = (straight.Sample(40), late.Sample(40));
        CollectionAssert.AreEqual(expected.Names, actual.Names);
        CollectionAssert.AreEqual(expected.LowQuality, actual.LowQuality);
        using var other = Sampler(uses: 3, seed: 8);
        CollectionAssert.AreNotEqual(expected.LowQuality, other.Sample(40).LowQuality);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(5)]
    public void A_pair_serves_as_many_patches_as_it_should_and_is_then_made_anew(int uses)
    {
        var source = new Counted(uses);
        using (var sampler = Sampler([source], 7))
        {
            for (var i = 1; i <= 100; i++)
            {
                sampler.Sample(i);
            }
        }

        // Two patches an iteration; a window of pairs is filled before, and some are made ahead. What no patch was cut from need not have
        // been made when the sampler goes.
        Assert.IsInRange(100 / uses, (200 / uses) + 41, source.Seeds.Count);
        Assert.AreEqual(source.Seeds.Count, source.Seeds.Distinct().Count(), "each time with noise of its own");
    }

    [TestMethod]
    public void A_resumed_training_on_renewed_pairs_ends_with_the_same_weights_bit_for_bit()
    {
        using var folder = new TemporaryFolder();
        var options = NoisyWaves.ShortTraining with { CheckpointFolder = folder.Path };
        using var straight = Train(NoisyWaves.ShortTraining, 99);
        using (Train(options, 5))
        {
        }

        using var resumed = Train(options, 99);
        CollectionAssert.AreEqual(CheckpointTests.Weights(straight), CheckpointTests.Weights(resumed));

        var changed = Assert.ThrowsExactly<InvalidOperationException>(() =>
            new TatTrainer(NoisyWaves.TinyNetwork, new(RestorationTask.MriByVolume), options)
                .Train([new DegradedImages(new Waves(), new MriResolutionRange { OneAxisShare = 0.5 })], []));
        StringAssert.Contains(changed.Message, "training pairs of MRI was", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Pairs_for_validation_are_made_once_and_differ_in_noise()
    {
        var source = Phantoms(RestorationTask.Ct, new CtDoseRange());
        Assert.AreSame(source.Read(2), source.Read(2));
        var again = Phantoms(RestorationTask.Ct, new CtDoseRange());
        CollectionAssert.AreEqual(source.Read(1).LowQuality.Pixels, again.Read(1).LowQuality.Pixels);
        StringAssert.EndsWith(source.VolumeOf(2), "heads, dose 0.25", StringComparison.Ordinal);
    }

    private static Torch.Model.TatModel Train(TatTrainerOptions options, int cancelAt)
    {
        using var cancel = new CancellationTokenSource();
        var log = new ProgressLog(report =>
        {
            if (report.Iteration >= cancelAt)
            {
                cancel.Cancel();
            }
        });
        return new TatTrainer(NoisyWaves.TinyNetwork, new(RestorationTask.MriByVolume), options).Train(
            [new DegradedImages(new Waves(), new MriResolutionRange())], [], log, cancel.Token);
    }

    private static DegradedImages Phantoms(RestorationTask task, IDegradationRange range) =>
        new(new PhantomImages(task, 5, 3) { Sides = (64, 72) }, range);

    private static PatchSampler Sampler(int uses, ulong seed = 7) =>
        Sampler([new DegradedImages(new Waves(), new MriResolutionRange { Uses = uses }), new NoisyWaves(RestorationTask.Ct)], seed);

    private static PatchSampler Sampler(IPairSource[] sources, ulong seed)
    {
        var tasks = new TaskVocabulary(sources.Select(source => source.Task));
        return new(PairPool.Group(sources, tasks, 1 << 20), new SamplingPlan([new PatchStage(1, 16, 2)], sources.Select(_ => 1.0)), seed,
            true, false);
    }

    /// <summary>Smooth images.</summary>
    private sealed class Waves : IGoodImages
    {
        private readonly NoisyWaves _pairs = new(RestorationTask.Mri);

        public RestorationTask Task => RestorationTask.MriByVolume;

        public int Count => _pairs.Count;

        public string VolumeOf(int index) => "waves";

        public GoodImage Read(int index, ulong seed) => new(_pairs.Read(index).HighQuality, 1, $"wave {index}");

        public override string ToString() => "waves";
    }

    /// <summary>Counts what is made.</summary>
    private sealed class Counted(int uses) : IRenewedPairs
    {
        public System.Collections.Concurrent.ConcurrentBag<ulong> Seeds { get; } = [];

        public RestorationTask Task => RestorationTask.Mri;

        public int Count => 3;

        public int Uses => uses;

        public ImagePair Read(int index) => throw new NotSupportedException();

        public ImagePair Make(int index, ulong seed)
        {
            Seeds.Add(seed);
            var image = new ImageSlice(new float[256], 16, 16);
            return new(image, image, $"{index}");
        }
    }
}
