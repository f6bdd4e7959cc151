using Tat.Torch.Losses;
using Tat.Torch.Model;
using Tat.Torch.Tasks;
using Tat.Torch.Training;

namespace Tat.Tests.Training;

[TestClass]
public sealed class TatTrainerTests
{
    [TestMethod]
    public void Training_lowers_the_error_of_each_task_and_reports_what_it_does()
    {
        var (log, model) = Train(NoisyWaves.ShortTraining with { Iterations = 40, BatchSizePerTask = 2, ValidationInterval = 20 });
        using var _ = model;
        Assert.HasCount(40, log.Reports);
        var (first, last) = (log.Reports[0], log.Reports[^1]);
        CollectionAssert.AreEquivalent(new[] { "CT", "MRI" }, last.Tasks.Keys.ToArray());
        foreach (var task in last.Tasks.Keys)
        {
            var late = log.Reports.TakeLast(5).Average(report => report.Tasks[task].Loss / report.Tasks[task].InputLoss);
            var early = log.Reports.Take(5).Average(report => report.Tasks[task].Loss / report.Tasks[task].InputLoss);
            Assert.IsLessThan(early, late, task);
            Assert.AreNotEqual(1, last.Tasks[task].Weight);
        }

        Assert.AreEqual(NoisyWaves.ShortTraining.LearningRate, first.LearningRate, 1e-12);
        Assert.IsLessThan(first.LearningRate, last.LearningRate);
        Assert.AreEqual(1, last.Fraction);
        Assert.AreEqual(TimeSpan.Zero, last.Remaining);
        Assert.IsGreaterThan(TimeSpan.Zero, first.Remaining);
        Assert.AreEqual(2, log.Reports.Count(report => report.Validation is not null));
        Assert.IsTrue(log.Reports[19].Validation!.IsBest);
        Assert.AreEqual(2, log.Reports[19].Validation!.Tasks["CT"].Images);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Reports_say_where_the_time_of_the_steps_went(bool recompute)
    {
        var (log, model) = Train(
            NoisyWaves.ShortTraining with { MicroBatchSize = 1, ProgressInterval = 2, ActivationCheckpointing = recompute });
        using var _ = model;
        foreach (var times in log.Reports.Select(report => report.Times))
        {
            Assert.IsTrue(new[] { times.Forward, times.Loss, times.Backward, times.Optimizer }.All(part => part > TimeSpan.Zero));
        }

        Assert.IsLessThan(log.Reports[^1].Elapsed, log.Reports.Aggregate(TimeSpan.Zero, (sum, report) => sum + (2 * report.Times.Total)));
    }

    [TestMethod]
    public void The_model_holds_the_best_validated_weights_and_a_card()
    {
        var (log, model) = Train(NoisyWaves.ShortTraining);
        using var _ = model;
        var best = log.Reports.Select(report => report.Validation).OfType<ValidationResult>().Last(validation => validation.IsBest);
        Assert.AreEqual(best.Iteration, model.Card.Iterations);
        Assert.AreEqual(best.Tasks["MRI"], model.Card.Validation["MRI"]);
        Assert.AreEqual(6, model.Card.TrainingPairs["CT"]);
        Assert.AreEqual("0.002", model.Card.Training["LearningRate"]);
    }

    [TestMethod]
    public void Same_seed_gives_the_same_losses_and_weights_and_another_seed_others()
    {
        var (first, model) = Train(NoisyWaves.ShortTraining);
        var (second, same) = Train(NoisyWaves.ShortTraining);
        var (third, other) = Train(NoisyWaves.ShortTraining with { Seed = 43 });
        using var _ = model;
        using var __ = same;
        using var ___ = other;
        CollectionAssert.AreEqual(Losses(first), Losses(second));
        CollectionAssert.AreNotEqual(Losses(first), Losses(third));
        CollectionAssert.AreEqual(Bytes(model), Bytes(same));
    }

    [TestMethod]
    [DataRow(LossBalancing.Uniform)]
    [DataRow(LossBalancing.Uncertainty)]
    public void Other_ways_of_balancing_train_too(LossBalancing balancing)
    {
        var (log, model) = Train(NoisyWaves.ShortTraining with { LossBalancing = balancing });
        model.Dispose();
        var weights = log.Reports[^1].Tasks.Values.Select(task => task.Weight);
        Assert.IsTrue(weights.All(weight => weight == 1 == (balancing == LossBalancing.Uniform)));
    }

    [TestMethod]
    public void Square_errors_train_to_other_weights_and_are_reported_alike()
    {
        var (absolute, one) = Train(NoisyWaves.ShortTraining);
        var (square, other) = Train(NoisyWaves.ShortTraining with { Loss = RestorationLoss.RootMeanSquare });
        one.Dispose();
        other.Dispose();
        Assert.AreEqual(absolute.Reports[0].Tasks.Values.First().Loss, square.Reports[0].Tasks.Values.First().Loss);
        Assert.AreNotEqual(absolute.Reports[^1].Tasks.Values.First().Loss, square.Reports[^1].Tasks.Values.First().Loss);
    }

    [TestMethod]
    public void Cancelling_returns_the_best_model_so_far()
    {
        using var cancel = new CancellationTokenSource();
        var (log, model) = Train(NoisyWaves.ShortTraining with { Iterations = 1_000_000 }, cancel, report => report.Iteration == 6);
        using var _ = model;
        Assert.AreEqual(6, log.Reports[^1].Iteration);
        Assert.AreEqual(4, model.Card.Iterations);
    }

    [TestMethod]
    public void Cancelling_before_any_validation_returns_the_present_average()
    {
        using var cancel = new CancellationTokenSource();
        var (_, model) = Train(NoisyWaves.ShortTraining with { Iterations = 1_000_000 }, cancel, report => report.Iteration == 2);
        using var owned = model;
        Assert.AreEqual(2, model.Card.Iterations);
        Assert.HasCount(0, model.Card.Validation);
    }

    [TestMethod]
    public void A_time_limit_ends_training_with_the_cosine_complete()
    {
        var (log, model) = Train(NoisyWaves.ShortTraining with
        {
            Iterations = 1_000_000,
            MaximumDuration = TimeSpan.FromSeconds(2),
            ValidationInterval = 1_000_000,
        });
        model.Dispose();
        var last = log.Reports[^1];
        Assert.IsLessThan(1_000_000, last.Iteration);
        Assert.IsLessThan(0.5 * NoisyWaves.ShortTraining.LearningRate, last.LearningRate);
        Assert.AreEqual(1, last.Fraction);
        Assert.IsNotNull(last.Validation);
    }

    [TestMethod]
    public void Patience_stops_when_validation_gets_no_better()
    {
        // Without a learning rate to speak of, the second validation is as good as the first at most.
        var options = NoisyWaves.ShortTraining with
        {
            LearningRate = 1e-30,
            MinimumLearningRate = 0,
            WeightDecay = 0,
            Patience = 2,
            ValidationInterval = 1,
            Iterations = 1000,
        };
        var (log, model) = Train(options with { EmaDecay = 0 });
        model.Dispose();
        Assert.IsLessThan(1000, log.Reports[^1].Iteration);
    }

    [TestMethod]
    public void A_loss_that_is_not_a_number_stops_training_and_says_where()
    {
        var error = Assert.ThrowsExactly<TrainingDivergedException>(() => Train(NoisyWaves.ShortTraining with { LearningRate = 1e30 }));
        Assert.IsGreaterThan(1, error.Iteration);
        StringAssert.Contains(error.Message, $"Training stopped at iteration {error.Iteration}");
        StringAssert.Contains(error.Message, "CT '");
        Assert.IsTrue(error.Pairs.All(pair => pair.Contains('\'')));
    }

    [TestMethod]
    public void Augmentation_clipping_warm_up_and_micro_batches_work_together()
    {
        var (log, model) = Train(NoisyWaves.ShortTraining with
        {
            BatchSizePerTask = 2,
            FlipsAndQuarterTurns = true,
            GradientClipping = 0.01,
            WarmUpIterations = 3,
            RestartPeriod = 4,
            MicroBatchSize = 3,
            LaterStages = [new(7, 24, 1)],
            TaskWeights = new Dictionary<string, double> { ["CT"] = 2 },
        });
        model.Dispose();
        Assert.IsTrue(log.Reports.All(report => double.IsFinite(report.Loss)));
        Assert.IsLessThan(log.Reports[3].LearningRate, log.Reports[0].LearningRate);
    }

    [TestMethod]
    public void A_task_without_pairs_is_an_error_and_sources_of_other_tasks_are_left_out()
    {
        var trainer = new TatTrainer(
            NoisyWaves.TinyNetwork, new TaskVocabulary(RestorationTask.Ct, RestorationTask.Pet), NoisyWaves.ShortTraining);
        var error = Assert.ThrowsExactly<ArgumentException>(() => trainer.Train(NoisyWaves.ForTwoTasks, []));
        StringAssert.Contains(error.Message, "Task PET has no training pairs");

        var log = new ProgressLog();
        using var model = new TatTrainer(NoisyWaves.TinyNetwork, new TaskVocabulary(RestorationTask.Ct),
            NoisyWaves.ShortTraining with { Iterations = 1 }).Train(NoisyWaves.ForTwoTasks, [], log);
        CollectionAssert.AreEqual(new[] { "CT" }, log.Reports[^1].Tasks.Keys.ToArray());
        Assert.HasCount(1, model.Tasks);
    }

    [TestMethod]
    public void Options_out_of_range_name_themselves()
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() =>
            new TatTrainer(NoisyWaves.TinyNetwork, NoisyWaves.Tasks, new() { PatchSize = 100 }));
        StringAssert.Contains(error.Message, "PatchSize is 100: use a multiple of 8");
        error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() =>
            new TatTrainer(NoisyWaves.TinyNetwork, NoisyWaves.Tasks, new() { TaskWeights = new Dictionary<string, double> { ["X"] = 1 } }));
        StringAssert.Contains(error.Message, "TaskWeights is X: use a task that is trained: CT, MRI");
    }

    private static (ProgressLog Log, TatModel Model) Train(
        TatTrainerOptions options, CancellationTokenSource? cancel = null, Func<TrainingProgress, bool>? cancelWhen = null)
    {
        var log = new ProgressLog(report =>
        {
            if (cancelWhen?.Invoke(report) == true)
            {
                cancel!.Cancel();
            }
        });
        var trainer = new TatTrainer(NoisyWaves.TinyNetwork, NoisyWaves.Tasks, options);
        return (log, trainer.Train(NoisyWaves.ForTwoTasks, NoisyWaves.ForTwoTasks, log, cancel?.Token ?? default));
    }

    private static double[] Losses(ProgressLog log) => [.. log.Reports.Select(report => report.Loss)];

    private static byte[] Bytes(TatModel model)
    {
        using var bytes = new MemoryStream();
        foreach (var (_, parameter) in model.Network.named_parameters())
        {
            bytes.Write(parameter.detach().bytes);
        }

        return bytes.ToArray();
    }
}
