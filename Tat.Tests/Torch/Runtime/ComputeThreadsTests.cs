using Tat.Torch.Runtime;
using static TorchSharp.torch;

namespace Tat.Tests.Runtime;

[TestClass]
public sealed class ComputeThreadsTests
{
    [TestMethod]
    public void All_callers_of_work_for_all_cores_meet_on_one_thread_one_after_the_other()
    {
        var (running, together) = (0, 0);
        var threads = new HashSet<int>();
        Parallel.For(0, 50, _ => ComputeThreads.Run(CPU, () =>
        {
            together = Math.Max(together, Interlocked.Increment(ref running));
            threads.Add(Environment.CurrentManagedThreadId);
            Interlocked.Decrement(ref running);
        }));
        Assert.AreEqual(1, together);
        Assert.HasCount(1, threads);
        Assert.DoesNotContain(Environment.CurrentManagedThreadId, threads);
    }

    [TestMethod]
    public void Small_pieces_run_together_on_one_core_each_and_not_beside_work_for_all_cores()
    {
        // Threads that LibTorch has met before it was set up for this may have another number of their own.
        var (cores, own) = (ComputeThreads.CountFor(CPU), get_num_threads());
        var (narrow, wide, mixed, most) = (0, 0, false, 0);
        var seen = new System.Collections.Concurrent.ConcurrentBag<int>();
        Parallel.For(0, 20, i =>
        {
            if (i % 5 == 0)
            {
                ComputeThreads.Run(CPU, () =>
                {
                    Interlocked.Increment(ref wide);
                    mixed |= narrow > 0 || get_num_threads() != 1 || ComputeThreads.Cores != cores;
                    Interlocked.Decrement(ref wide);
                });
            }
            else
            {
                ComputeThreads.RunEach(CPU, 3, piece =>
                {
                    most = Math.Max(most, Interlocked.Increment(ref narrow));
                    mixed |= wide > 0 || get_num_threads() != 1;
                    seen.Add(piece);
                    Thread.SpinWait(10_000);
                    Interlocked.Decrement(ref narrow);
                });
            }
        });
        Assert.IsFalse(mixed);
        Assert.IsTrue(most <= ComputeThreads.CountFor(CPU), $"{most} at a time");
        Assert.AreEqual(16 * 3, seen.Count);
        Assert.AreEqual(own, get_num_threads());
        Assert.AreEqual(cores, ThreadsOfAnother());

        static int ThreadsOfAnother()
        {
            var count = 0;
            var thread = new Thread(() => count = get_num_threads());
            thread.Start();
            thread.Join();
            return count;
        }
    }

    [TestMethod]
    public void Work_may_ask_for_more_work()
    {
        var (outer, inner) = (0, 0);
        ComputeThreads.Run(CPU, () =>
        {
            outer = Environment.CurrentManagedThreadId;
            ComputeThreads.Run(CPU, () => inner = Environment.CurrentManagedThreadId);
        });
        Assert.AreEqual(outer, inner);
    }

    [TestMethod]
    public void Errors_reach_the_caller_and_the_thread_goes_on()
    {
        var error = Assert.ThrowsExactly<InvalidDataException>(() =>
            ComputeThreads.Run(CPU, () => throw new InvalidDataException("broken")));
        Assert.AreEqual("broken", error.Message);
        Assert.ThrowsExactly<InvalidDataException>(() => ComputeThreads.RunEach(CPU, 3, i => throw new InvalidDataException($"{i}")));
        Assert.ThrowsExactly<OperationCanceledException>(() => ComputeThreads.Run(CPU, () => throw new OperationCanceledException()));
        var done = false;
        ComputeThreads.Run(CPU, () => done = true);
        Assert.IsTrue(done);
    }

    [TestMethod]
    public async Task Who_waits_for_cores_can_be_cancelled()
    {
        using var begun = new ManualResetEventSlim();
        using var end = new ManualResetEventSlim();
        using var cancel = new CancellationTokenSource();
        var busy = Task.Run(() => ComputeThreads.Run(CPU, () =>
        {
            begun.Set();
            end.Wait();
        }));
        begun.Wait();
        var done = 0;
        var large = Task.Run(() => ComputeThreads.Run(CPU, () => done++, cancel.Token));
        var small = Task.Run(() => ComputeThreads.RunEach(CPU, 3, _ => done++, cancel.Token));
        await cancel.CancelAsync();
        await Assert.ThrowsExactlyAsync<OperationCanceledException>(() => large);
        await Assert.ThrowsExactlyAsync<OperationCanceledException>(() => small);
        end.Set();
        await busy;
        Assert.AreEqual(0, done);
        ComputeThreads.Run(CPU, () => done++);
        Assert.AreEqual(1, done);
    }

    [TestMethod]
    public void Other_devices_stay_where_they_are()
    {
        Assert.AreEqual(Environment.CurrentManagedThreadId, ThreadOf(META));
        Assert.AreNotEqual(Environment.CurrentManagedThreadId, ThreadOf(CPU));

        static int ThreadOf(Device device)
        {
            var thread = 0;
            ComputeThreads.Run(device, () => thread = Environment.CurrentManagedThreadId);
            return thread;
        }
    }

    [TestMethod]
    public void Work_for_all_cores_shares_its_pieces_with_them_and_keeps_its_grad_mode()
    {
        var cores = ComputeThreads.CountFor(CPU);
        using var together = new CountdownEvent(cores);
        var seen = new System.Collections.Concurrent.ConcurrentBag<(int Piece, bool Inference, int Inner)>();
        Assert.AreEqual(1, ComputeThreads.Cores);
        ComputeThreads.Run(CPU, () =>
        {
            using var inference = inference_mode();
            Assert.AreEqual(cores, ComputeThreads.Cores);
            ComputeThreads.Share(3 * cores, piece =>
            {
                if (piece < cores)
                {
                    // As many as there are cores are at work before the first is done.
                    together.Signal();
                    together.Wait();
                }

                seen.Add((piece, is_inference_mode_enabled(), ComputeThreads.Cores));
            });
            Assert.AreEqual(cores, ComputeThreads.Cores);
        });
        CollectionAssert.AreEquivalent(Enumerable.Range(0, 3 * cores).ToArray(), seen.Select(piece => piece.Piece).ToArray());
        Assert.IsTrue(seen.All(piece => piece.Inference && piece.Inner == 1));
    }

    [TestMethod]
    public void An_error_in_a_shared_piece_reaches_the_caller_after_all_pieces_have_ended()
    {
        var running = 0;
        var error = Assert.ThrowsExactly<InvalidDataException>(() => ComputeThreads.Run(CPU, () => ComputeThreads.Share(8, piece =>
        {
            Interlocked.Increment(ref running);
            Thread.SpinWait(10_000);
            Interlocked.Decrement(ref running);
            throw new InvalidDataException($"piece {piece}");
        })));
        StringAssert.StartsWith(error.Message, "piece ");
        Assert.AreEqual(0, running);
        var done = 0;
        ComputeThreads.Run(CPU, () => ComputeThreads.Share(8, _ => Interlocked.Increment(ref done)));
        Assert.AreEqual(8, done);
    }
}
