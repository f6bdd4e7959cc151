using Tat.Tests.Formats;
using Tat.Torch.Data;
using Tat.Torch.Tasks;
using Tat.Torch.Training;

namespace Tat.Tests.Training;

public sealed partial class NothingLostTests
{
    [TestMethod]
    public void Resuming_with_other_training_images_of_the_same_number_is_refused_unless_allowed()
    {
        using var folder = new TemporaryFolder();
        var options = _short with { CheckpointFolder = folder.Path, Iterations = 4 };
        IPairSource[] others = [new NoisyWaves(RestorationTask.Ct, first: 50), NoisyWaves.ForTwoTasks[1]];
        using (Train(options, NoisyWaves.ForTwoTasks, [], new()))
        {
        }

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Train(options with { Iterations = 8 }, others, [], new()));
        StringAssert.Contains(error.Message, "content of the training pairs of CT is another", StringComparison.Ordinal);
        var log = new ProgressLog();
        using var model = Train(options with { Iterations = 8, AllowChangedOptions = true }, others, [], log);
        StringAssert.Contains(log.Reports[0].Messages[0], "Going on with changed options: content of the training pairs of CT",
            StringComparison.Ordinal);
    }

    [TestMethod]
    public void Resuming_with_other_validation_images_measures_the_best_weights_again()
    {
        using var folder = new TemporaryFolder();
        var options = _short with { CheckpointFolder = folder.Path };
        var first = new ProgressLog();
        using (Train(options, NoisyWaves.ForTwoTasks, [new NoisyWaves(RestorationTask.Ct)], first))
        {
        }

        IPairSource[] others = [new NoisyWaves(RestorationTask.Ct, first: 50)];
        var second = new ProgressLog();
        using var resumed = Train(
            options with { LearningRate = _short.LearningRate, Iterations = 13 }, NoisyWaves.ForTwoTasks, others, second);
        var told = second.Reports[0].Messages.Single(message => message.Contains("measured again", StringComparison.Ordinal));
        var before = first.Reports.Last(report => report.Validation?.IsBest == true).Validation!;
        StringAssert.Contains(told, FormattableString.Invariant($"of iteration {before.Iteration}, were measured again"),
            StringComparison.Ordinal);
        StringAssert.Contains(told, FormattableString.Invariant($"in place of {before.MeanGain:F2}"), StringComparison.Ordinal);

        var third = new ProgressLog();
        using var without = Train(options with { Iterations = 14 }, NoisyWaves.ForTwoTasks, [], third);
        Assert.IsTrue(third.Reports[0].Messages.Any(message =>
            message.StartsWith("There are no validation images any more", StringComparison.Ordinal)));
        Assert.AreEqual(14, without.Card.Iterations);

        var again = new ProgressLog();
        using (Train(options with { Iterations = 14 }, NoisyWaves.ForTwoTasks, [], again))
        {
        }

        Assert.IsFalse(again.Reports.SelectMany(report => report.Messages)
            .Any(message => message.Contains("any more", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void Checkpoints_come_by_time_whatever_an_iteration_takes()
    {
        Assert.AreEqual(TimeSpan.FromMinutes(5), new TatTrainerOptions().CheckpointPeriod);
        using var folder = new TemporaryFolder();
        var files = new List<int>();
        var log = new ProgressLog(_ => files.Add(Directory.GetFiles(folder.Path, "checkpoint-*").Length));
        using var model = Train(_short with
        {
            CheckpointFolder = folder.Path,
            CheckpointInterval = 0,
            CheckpointPeriod = TimeSpan.FromTicks(
            1),
            CheckpointsKept = 100
        }, NoisyWaves.ForTwoTasks, [], log);
        CollectionAssert.AreEqual(Enumerable.Range(0, 13).ToArray(), files);
    }
}
