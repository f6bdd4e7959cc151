using System.Diagnostics;
using Tat.Torch.Data;
using Tat.Torch.Inference;
using Tat.Torch.Losses;
using Tat.Torch.Model.Recording;
using Tat.Torch.Randomness;
using Tat.Torch.Runtime;
using Tat.Torch.Training.Optimization;
using Tat.Torch.Training.Steps;
using TorchSharp;
using static TorchSharp.torch;

namespace Tat.Tests.Training;

/// <summary>Batches whose patches are shared out to the cores.</summary>
[TestClass]
public sealed class GradientWorkerTests
{
    /// <summary>Side of patches that are not small for the tiny network: what is left over goes on all cores.</summary>
    private const int Large = 264;

    [TestMethod]
    [DataRow(2, 16, LossBalancing.TaskAdaptive, false)]
    [DataRow(5, 16, LossBalancing.TaskAdaptive, true)]
    [DataRow(4, 16, LossBalancing.Uncertainty, false)]
    [DataRow(3, 16, LossBalancing.Uniform, false)]
    [DataRow(3, Large, LossBalancing.Uniform, false)]
    public void Patches_on_a_core_each_give_the_gradients_of_one_after_the_other(
        int patches, int side, LossBalancing balancing, bool recompute)
    {
        using var scope = NewDisposeScope();
        Assert.AreEqual(side < Large, BatchPlan.IsSmall(NoisyWaves.TinyNetwork, new(side, side)));
        var options = NoisyWaves.ShortTraining with { LossBalancing = balancing, ActivationCheckpointing = recompute };
        using var together = new TrainingState(NoisyWaves.TinyNetwork, NoisyWaves.Tasks, options);
        using var oneByOne = new TrainingState(NoisyWaves.TinyNetwork, NoisyWaves.Tasks, options with { MicroBatchSize = 1 });
        var batch = Batch(patches, side);
        var (shared, alone) = (together.Step(batch, 0), oneByOne.Step(batch, 0));
        Assert.AreEqual(alone.Loss, shared.Loss, 1e-6);
        Assert.AreEqual(alone.GradientNorm, shared.GradientNorm, 1e-5 * alone.GradientNorm);
        for (var i = 0; i < patches; i++)
        {
            Assert.AreEqual(alone.RestoredErrors[i], shared.RestoredErrors[i], 1e-6);
            Assert.AreEqual(alone.InputErrors[i], shared.InputErrors[i], 1e-6);
            Assert.AreEqual(alone.Weights[i], shared.Weights[i], 1e-6);
        }

        foreach (var slot in together.Parameters.Layout)
        {
            using var expected = FlatParameters.ViewOf(oneByOne.Parameters.Gradients!, slot);
            using var actual = FlatParameters.ViewOf(together.Parameters.Gradients!, slot);
            Assert.IsLessThanOrEqualTo(1e-6 + (1e-4 * expected.norm().ToDouble()), (actual - expected).norm().ToDouble(), slot.Name);
        }
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Which_core_is_faster_does_not_matter(bool recorded)
    {
        var network = recorded ? NoisyWaves.RecordableNetwork : NoisyWaves.TinyNetwork;
        using var first = new TrainingState(network, NoisyWaves.Tasks, NoisyWaves.ShortTraining);
        using var second = new TrainingState(network, NoisyWaves.Tasks, NoisyWaves.ShortTraining);
        Assert.AreEqual(recorded && Tape.IsPossible, first.AverageNetwork.CanRecord(16, 16));
        var batch = Batch(7);
        Step(first);
        using var stop = new CancellationTokenSource();
        var other = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                ComputeThreads.RunEach(CPU, 1, _ => Thread.SpinWait(10_000));
                Thread.Yield();
            }
        });
        try
        {
            Step(second);
        }
        finally
        {
            stop.Cancel();
            other.Wait();
        }

        Assert.IsTrue(first.Parameters.Values.bytes.SequenceEqual(second.Parameters.Values.bytes));

        void Step(TrainingState state)
        {
            for (var i = 0; i < 10; i++)
            {
                state.Step(batch, 1e-3);
            }
        }
    }

    [TestMethod]
    public void Time_spent_side_by_side_counts_once()
    {
        var (all, one, two) = (new StepTimer(), new StepTimer(), new StepTimer());
        var clock = Stopwatch.StartNew();
        SpinWait.SpinUntil(() => clock.ElapsedMilliseconds >= 20);
        one.Lap(StepPart.Forward);
        two.Lap(StepPart.Backward);
        all.LapAs([one, two]);
        var times = all.Take(1);
        Assert.IsGreaterThanOrEqualTo(20, times.Total.TotalMilliseconds);
        Assert.AreEqual(0.5, times.Forward / times.Total, 0.1);
        Assert.AreEqual(TimeSpan.Zero, one.Take(1).Total);
    }

    private static TrainingBatch Batch(int patches, int side = 16)
    {
        var batch = new TrainingBatch(1, patches, side);
        var random = new RandomStream(5, 1);
        for (var i = 0; i < batch.LowQuality.Length; i++)
        {
            batch.HighQuality[i] = 0.5f + (0.3f * MathF.Sin(i * 0.03f));
            batch.LowQuality[i] = batch.HighQuality[i] + (0.1f * (float)random.NextDouble());
        }

        for (var i = 0; i < patches; i++)
        {
            batch.Tasks[i] = i % NoisyWaves.Tasks.Count;
        }

        return batch;
    }
}
