using Tat.Torch.Data;
using Tat.Torch.Training;
using TorchSharp;

namespace Tat.Tests.Training;

[TestClass]
[DoNotParallelize]
public sealed class TrainingMemoryTests
{
    [TestMethod]
    [DataRow(false, false)]
    [DataRow(true, true)]
    public void The_number_of_live_tensors_does_not_grow_with_the_steps(bool recompute, bool half)
    {
        var live = new List<long>();
        var log = new ProgressLog(report => live.Add(torch.Tensor.TotalCount));
        using var model = new TatTrainer(NoisyWaves.TinyNetwork, NoisyWaves.Tasks, NoisyWaves.ShortTraining with { Iterations = 50, ProgressInterval = 5, ValidationInterval = 10, GradientClipping = 0.1, ActivationCheckpointing = recompute, BFloat16 = half })
            .Train(NoisyWaves.ForTwoTasks, NoisyWaves.ForTwoTasks, log);

        // There may be fewer: finalizers free what earlier tests left behind.
        Assert.IsLessThanOrEqualTo(live[2], live.Skip(2).Max(), string.Join(" ", live));
    }

    [TestMethod]
    public void Resident_memory_does_not_grow_with_the_steps()
    {
        using var state = new TrainingState(NoisyWaves.TinyNetwork, NoisyWaves.Tasks, NoisyWaves.ShortTraining);
        var batch = new TrainingBatch(1, 2, 16);
        Steps(state, batch, 50);
        var before = Environment.WorkingSet;
        Steps(state, batch, 100);
        var grown = Environment.WorkingSet - before;
        Assert.IsLessThan(16L << 20, grown, $"{grown >> 20} MiB more after 100 steps");
    }

    /// <summary>TorchSharp's numbers are freed by finalizers, which can come while an operator reads one, unless someone holds it.</summary>
    [TestMethod]
    public void Steps_stay_the_same_while_garbage_is_collected_all_the_time()
    {
        using var calm = new TrainingState(NoisyWaves.TinyNetwork, NoisyWaves.Tasks, NoisyWaves.ShortTraining);
        using var disturbed = new TrainingState(NoisyWaves.TinyNetwork, NoisyWaves.Tasks, NoisyWaves.ShortTraining);
        var batch = new TrainingBatch(1, 2, 16);
        Array.Fill(batch.LowQuality, 0.5f);
        Steps(calm, batch, 40);
        using var stop = new CancellationTokenSource();
        var collector = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.KeepAlive(new byte[50_000]);
            }
        });
        try
        {
            Steps(disturbed, batch, 40);
        }
        finally
        {
            stop.Cancel();
            collector.Wait();
        }

        Assert.IsTrue(calm.Parameters.Values.bytes.SequenceEqual(disturbed.Parameters.Values.bytes));
    }

    private static void Steps(TrainingState state, TrainingBatch batch, int count)
    {
        for (var i = 0; i < count; i++)
        {
            state.Step(batch, 1e-4);
        }
    }
}
