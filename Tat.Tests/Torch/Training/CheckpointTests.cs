using Tat.Tests.Formats;
using Tat.Torch.Model;
using Tat.Torch.Training;

namespace Tat.Tests.Training;

[TestClass]
public sealed partial class CheckpointTests
{
    [TestMethod]
    [DataRow(false, OptimizerKind.AdamW)]
    [DataRow(true, OptimizerKind.AdamW)]
    [DataRow(true, OptimizerKind.Muon)]
    public void A_resumed_training_ends_with_the_same_weights_bit_for_bit(bool recorded, OptimizerKind optimizer)
    {
        var network = recorded ? NoisyWaves.RecordableNetwork : NoisyWaves.TinyNetwork;
        using var folder = new TemporaryFolder();
        var options = NoisyWaves.ShortTraining with { Optimizer = optimizer, CheckpointFolder = folder.Path, CheckpointInterval = 2 };
        using var straight = Train(NoisyWaves.ShortTraining with { Optimizer = optimizer }, network: network);
        using (Train(options, cancelAt: 3, network: network))
        {
        }

        using (Train(options, cancelAt: 9, network: network))
        {
        }

        var log = new ProgressLog();
        using var resumed = Train(options, log, network: network);
        Assert.AreEqual((9L, 10L), (log.Reports[0].Iteration, log.Reports[1].Iteration));
        StringAssert.Contains(log.Reports[0].Messages[0], "Resumed. Iteration 9 of 12 is done.");
        CollectionAssert.AreEqual(Weights(straight), Weights(resumed));
        Assert.AreEqual(straight.Card.Iterations, resumed.Card.Iterations);
    }

    [TestMethod]
    public void A_finished_training_gives_its_model_again_and_can_be_extended()
    {
        using var folder = new TemporaryFolder();
        var options = NoisyWaves.ShortTraining with { CheckpointFolder = folder.Path };
        using var first = Train(options);
        using var again = Train(options);
        CollectionAssert.AreEqual(Weights(first), Weights(again));

        var log = new ProgressLog();
        using var longer = Train(options with { Iterations = 16 }, log);
        Assert.AreEqual((12L, 13L), (log.Reports[0].Iteration, log.Reports[1].Iteration));
        Assert.AreEqual(16, log.Reports[^1].Iteration);
    }

    [TestMethod]
    public void A_checkpoint_is_a_model_at_any_time_also_while_training_goes_on()
    {
        using var folder = new TemporaryFolder();
        byte[]? during = null;
        var log = new ProgressLog(report =>
        {
            if (report.Iteration == 7)
            {
                using var early = TatTrainer.LoadCheckpoint(folder.Path);
                during = Weights(early);
                Assert.AreEqual((4L, "0.002", 2), (early.Card.Iterations, early.Card.Training["LearningRate"], early.Tasks.Count));
            }
        });
        using var trained = Train(NoisyWaves.ShortTraining with { CheckpointFolder = folder.Path, CheckpointInterval = 6 }, log);
        using var final = TatTrainer.LoadCheckpoint(folder.Path);
        CollectionAssert.AreEqual(Weights(trained), Weights(final));
        CollectionAssert.AreNotEqual(during, Weights(final));
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => TatTrainer.LoadCheckpoint(Path.GetTempPath())).Message,
            "holds no checkpoints", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Only_the_last_few_checkpoints_stay()
    {
        using var folder = new TemporaryFolder();
        using var model =
            Train(NoisyWaves.ShortTraining with { CheckpointFolder = folder.Path, CheckpointInterval = 2, CheckpointsKept = 2 });
        CollectionAssert.AreEquivalent(
            new[] { "checkpoint-000000010.safetensors", "checkpoint-000000012.safetensors" },
            Directory.GetFiles(folder.Path, "checkpoint-*").Select(Path.GetFileName).ToArray());
    }

    [TestMethod]
    [DataRow("cut")]
    [DataRow("flipped")]
    [DataRow("empty")]
    public void A_damaged_checkpoint_is_passed_over_for_the_one_before(string damage)
    {
        using var folder = new TemporaryFolder();
        var options = NoisyWaves.ShortTraining with { CheckpointFolder = folder.Path, CheckpointInterval = 2 };
        using (Train(options, cancelAt: 8))
        {
        }

        var newest = Path.Combine(folder.Path, "checkpoint-000000008.safetensors");
        var bytes = File.ReadAllBytes(newest);
        bytes[^200] ^= 1;
        File.WriteAllBytes(newest, damage switch { "cut" => bytes[..(bytes.Length / 2)], "flipped" => bytes, _ => [] });

        var log = new ProgressLog();
        using var resumed = Train(options, log);
        Assert.AreEqual(6, log.Reports[0].Iteration);
        StringAssert.StartsWith(log.Reports[0].Messages[0], "Checkpoint of iteration 8 passed over");
        StringAssert.Contains(log.Reports[0].Messages[1], "Resumed. Iteration 6 of 12 is done.");
        using var straight = Train(NoisyWaves.ShortTraining);
        CollectionAssert.AreEqual(Weights(straight), Weights(resumed));
    }

    [TestMethod]
    public void When_all_checkpoints_are_damaged_training_does_not_start_over_silently()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "checkpoint-000000008.safetensors"), "nonsense");
        var error = Assert.ThrowsExactly<InvalidDataException>(() =>
            Train(NoisyWaves.ShortTraining with { CheckpointFolder = folder.Path }));
        StringAssert.Contains(error.Message, "All checkpoints in");
    }

    [TestMethod]
    public void Changed_options_are_named_and_refused_unless_allowed()
    {
        using var folder = new TemporaryFolder();
        var options = NoisyWaves.ShortTraining with { CheckpointFolder = folder.Path };
        using (Train(options, cancelAt: 5))
        {
        }

        var changed = options with { LearningRate = 1e-3, Seed = 1, Iterations = 10 };
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Train(changed));
        StringAssert.Contains(error.Message, "LearningRate was 0.002 and is 0.001");
        StringAssert.Contains(error.Message, "Seed was 42 and is 1");
        StringAssert.Contains(error.Message, "Iterations was 12 and is 10");

        var network = Assert.ThrowsExactly<InvalidOperationException>(() =>
            new TatTrainer(NoisyWaves.TinyNetwork with { TrainSize = 24 }, NoisyWaves.Tasks, options).Train(NoisyWaves.ForTwoTasks, []));
        StringAssert.Contains(network.Message, "network TrainSize was 16 and is 24");
        var data = Assert.ThrowsExactly<InvalidOperationException>(() => new TatTrainer(
            NoisyWaves.TinyNetwork, NoisyWaves.Tasks, options).Train([.. NoisyWaves.ForTwoTasks, NoisyWaves.ForTwoTasks[0]], []));
        StringAssert.Contains(data.Message, "training pairs of CT was 6 and is 12");

        var log = new ProgressLog();
        using var model = Train(changed with { AllowChangedOptions = true }, log);
        Assert.AreEqual(5, log.Reports[0].Iteration);
        StringAssert.Contains(log.Reports[0].Messages[0], "Going on with changed options");
    }

    [TestMethod]
    public void After_divergence_training_can_go_back_with_a_lower_rate()
    {
        using var folder = new TemporaryFolder();
        var log = new ProgressLog();
        using var model = Train(NoisyWaves.ShortTraining with
        {
            LearningRate = 1e6,
            RollBackRateFactor = 1e-9,
            OnDivergence = DivergenceHandling.RollBack,
            CheckpointFolder = folder.Path,
        }, log);
        Assert.AreEqual(12, log.Reports[^1].Iteration);
        var told = log.Reports.SelectMany(report => report.Messages).ToList();
        Assert.IsTrue(told.Any(message => message.Contains(
            "Went back to iteration 0, with 1E-09 times the learning rate", StringComparison.OrdinalIgnoreCase)), string.Join('\n', told));
    }

    private static TatModel Train(TatTrainerOptions options, ProgressLog? log = null, long cancelAt = -1, TatNetworkOptions? network = null)
    {
        using var cancel = new CancellationTokenSource();
        var own = new ProgressLog(report =>
        {
            log?.Report(report);
            if (report.Iteration == cancelAt)
            {
                cancel.Cancel();
            }
        });
        return new TatTrainer(network ?? NoisyWaves.TinyNetwork, NoisyWaves.Tasks, options).Train(
            NoisyWaves.ForTwoTasks, NoisyWaves.ForTwoTasks, own, cancel.Token);
    }

    internal static byte[] Weights(TatModel model)
    {
        using var bytes = new MemoryStream();
        foreach (var (_, parameter) in model.Network.named_parameters())
        {
            bytes.Write(parameter.detach().bytes);
        }

        return bytes.ToArray();
    }
}
