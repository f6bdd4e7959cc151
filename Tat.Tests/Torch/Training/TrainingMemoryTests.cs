using System.Globalization;
using Tat.Tests.Runtime;
using Tat.Torch.Data;
using Tat.Torch.Training.Steps;

namespace Tat.Tests.Training;

[TestClass]
[DoNotParallelize]
public sealed class TrainingMemoryTests
{
    [TestMethod]
    [DataRow(false, false)]
    [DataRow(true, true)]
    public async Task The_number_of_live_tensors_does_not_grow_with_the_steps(bool recompute, bool half)
    {
        // In a process of its own: finalizers free what other tests have left behind.
        var run = await FreshProcess.Run(
            "count", (TrainingProbe.RecomputeVariable, $"{recompute}"), (TrainingProbe.HalfVariable, $"{half}"));
        var live = run.Output.Split(' ').Select(count => long.Parse(count, CultureInfo.InvariantCulture)).ToArray();
        Assert.HasCount(10, live, run.Output + run.Error);
        Assert.HasCount(1, live.Skip(2).Distinct(), run.Output);
    }

    [TestMethod]
    public void Resident_memory_does_not_grow_with_the_steps()
    {
        using var state = new TrainingState(NoisyWaves.TinyNetwork, NoisyWaves.Tasks, NoisyWaves.ShortTraining);
        var batch = new TrainingBatch(1, 2, 16);
        CollectedSteps(state, batch, 50);
        var before = Environment.WorkingSet;
        CollectedSteps(state, batch, 100);
        var grown = Environment.WorkingSet - before;
        Assert.IsLessThan(16L << 20, grown, $"{grown >> 20} MiB more after 100 steps");
    }

    /// <summary>
    /// TorchSharp's numbers are freed by finalizers, which can come while an operator reads one, unless someone holds it.
    /// </summary>
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

    /// <summary>Beside a large cache .NET collects rarely, and what waits for that would be taken for growth.</summary>
    private static void CollectedSteps(TrainingState state, TrainingBatch batch, int count)
    {
        for (var done = 0; done < count; done += 5)
        {
            Steps(state, batch, 5);
#pragma warning disable RS0030 // What is measured is what a collection leaves.
            GC.Collect();
#pragma warning restore RS0030
            GC.WaitForPendingFinalizers();
        }
    }

    private static void Steps(TrainingState state, TrainingBatch batch, int count)
    {
        for (var i = 0; i < count; i++)
        {
            state.Step(batch, 1e-4);
        }
    }
}
