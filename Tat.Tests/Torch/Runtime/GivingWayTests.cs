using Tat.Torch.Runtime;
using static TorchSharp.torch;

namespace Tat.Tests.Runtime;

/// <summary>What comes between the pieces of large work.</summary>
[TestClass]
public sealed class GivingWayTests
{
    [TestMethod]
    [DataRow(1, true, DisplayName = "one core")]
    [DataRow(0, true, DisplayName = "all cores")]
    [DataRow(1, false, DisplayName = "one core, between pieces on one core")]
    public async Task Small_work_comes_between_the_pieces_of_a_large_one(int cores, bool isLargeWide)
    {
        using var begun = new ManualResetEventSlim();
        using var waiting = new CountdownEvent(5);
        Task[] small = [];
        var doneBefore = 0;
        void Large()
        {
            using var mode = inference_mode();
            begun.Set();
            waiting.Wait();

            // Ends in any case, and if small work waited for that, after all of it.
            for (var layer = 0; layer < 100_000 && !small.All(task => task.IsCompleted); layer++)
            {
                ComputeThreads.Share(4, _ => Thread.SpinWait(100));
                Assert.IsTrue(is_inference_mode_enabled());
            }

            doneBefore = small.Count(task => task.IsCompletedSuccessfully);
        }

        // On one core each, large work occupies all of them.
        var large = Task.Run(() =>
        {
            if (isLargeWide)
            {
                ComputeThreads.Run(CPU, Large, size: 1 << 20);
            }
            else
            {
                ComputeThreads.RunEach(CPU, ComputeThreads.CountFor(CPU), _ => Large(), size: 1 << 20);
            }
        });
        begun.Wait();
        small =
        [
            .. Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            {
                waiting.Signal();
                if (cores == 1)
                {
                    ComputeThreads.RunEach(CPU, 1, _ => Assert.AreEqual(1, ComputeThreads.Cores), size: 1 << 10);
                }
                else
                {
                    ComputeThreads.Run(CPU, () => ComputeThreads.Share(4, _ => Assert.AreEqual(1, ComputeThreads.Cores)), size: 1 << 10);
                }
            })),
        ];
        waiting.Signal();
        await large;
        await Task.WhenAll(small);
        Assert.AreEqual(4, doneBefore);
    }

    [TestMethod]
    public async Task Work_of_about_the_same_size_waits_for_its_turn()
    {
        using var begun = new ManualResetEventSlim();
        var order = new System.Collections.Concurrent.ConcurrentQueue<string>();
        Task second = Task.CompletedTask;
        var first = Task.Run(() => ComputeThreads.Run(CPU, () =>
        {
            second = Task.Run(() =>
            {
                begun.Set();
                ComputeThreads.RunEach(CPU, 1, _ => order.Enqueue("second"), size: 1 << 19);
            });
            begun.Wait();
            for (var layer = 0; layer < 1000; layer++)
            {
                ComputeThreads.Share(4, _ => Thread.SpinWait(100));
            }

            order.Enqueue("first");
        }, size: 1 << 20));
        await first;
        await second;
        CollectionAssert.AreEqual(new[] { "first", "second" }, order.ToArray());
    }

    [TestMethod]
    public void Errors_of_work_that_comes_between_reach_its_own_caller()
    {
        Task small = Task.CompletedTask;
        ComputeThreads.Run(CPU, () =>
        {
            small = Task.Run(() => ComputeThreads.RunEach(CPU, 1, _ => throw new InvalidDataException("small"), size: 1));
            for (var layer = 0; layer < 100_000 && !small.IsCompleted; layer++)
            {
                ComputeThreads.Share(4, _ => Thread.SpinWait(100));
            }
        }, size: 1 << 20);
        Assert.AreEqual("small", Assert.ThrowsExactly<InvalidDataException>(() => small.GetAwaiter().GetResult()).Message);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Cancelling_ends_work_between_its_pieces(bool isWide)
    {
        using var cancel = new CancellationTokenSource();
        const int Pieces = 1_000_000;
        var done = 0;
        void Work() => ComputeThreads.Share(Pieces, _ =>
        {
            if (Interlocked.Increment(ref done) == 10)
            {
                cancel.Cancel();
            }
        });
        Assert.ThrowsExactly<OperationCanceledException>(() =>
        {
            if (isWide)
            {
                ComputeThreads.Run(CPU, Work, cancel.Token);
            }
            else
            {
                ComputeThreads.RunEach(CPU, 1, _ => Work(), cancel.Token);
            }
        });
        Assert.IsInRange(10, Pieces / 2, done);
        ComputeThreads.Run(CPU, () => ComputeThreads.Share(8, _ => done = 0));
        Assert.AreEqual(0, done);
    }
}
