using TorchSharp;
using static TorchSharp.torch;

namespace Tat.Torch.Runtime;

/// <summary>
/// The threads on which images are restored on a CPU, whichever threads ask for it, and patches trained: one for each core, and one for
/// large images, on which LibTorch's operators use one core.
/// </summary>
/// <remarks>
/// Large images take turns, each on all cores: it is cut into pieces of many operators, so that cores wait for each other a few times in
/// each layer instead of twice in each operator. Small images take a core each, several at the same time. Between the pieces of a large
/// one, up to half of the cores restore much smaller ones that wait (<see cref="CoreQueue"/>); what an image becomes does not depend on
/// that.
/// </remarks>
internal static class ComputeThreads
{
    private static readonly Lazy<Threads> _threads = new(() => new Threads(get_num_threads()));

    // Zero on all other threads.
    [ThreadStatic]
    private static int _cores;

    // What the thread works on, outside of pieces.
    [ThreadStatic]
    private static CoreWork? _work;

    /// <summary>Into how many pieces at least to cut what this thread's work shares with other cores.</summary>
    public static int Cores => Math.Max(1, _cores);

    /// <summary>How many pieces of work run at the same time, each on one core.</summary>
    /// <param name="device">Where the network is.</param>
    public static int CountFor(Device device) => IsForCaller(device) ? 1 : _threads.Value.Cores;

    /// <summary>
    /// Runs work that has all cores, and may share it, and waits for its end; work for another device than the CPU runs on the calling
    /// thread.
    /// </summary>
    /// <param name="device">Where the network is.</param>
    /// <param name="work">Sets its own grad mode and dispose scope.</param>
    /// <param name="cancellationToken">Ends the wait for cores, and the work between pieces that it shares.</param>
    /// <param name="size">How much there is to do, in pixels: work of less than a quarter of that may come between its pieces. Zero for
    /// work that nothing comes between.</param>
    public static void Run(Device device, Action work, CancellationToken cancellationToken = default, long size = 0)
    {
        if (IsForCaller(device))
        {
            work();
            return;
        }

        _threads.Value.Start(_threads.Value.Cores, size, work, cancellationToken).GetAwaiter().GetResult();
    }

    /// <summary>
    /// Runs pieces of work, each on one core, and waits for their end; work for another device than the CPU runs on the calling thread.
    /// </summary>
    /// <param name="device">Where the network is.</param>
    /// <param name="count">Number of pieces.</param>
    /// <param name="work">Gets the number of the piece; sets its own grad mode and dispose scope.</param>
    /// <param name="cancellationToken">Lets no further piece begin, and ends those that have begun where they could share.</param>
    /// <param name="size">How much there is to do in a piece, as for <see cref="Run"/>.</param>
    public static void RunEach(Device device, int count, Action<int> work, CancellationToken cancellationToken = default, long size = 0)
    {
        if (IsForCaller(device))
        {
            for (var i = 0; i < count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                work(i);
            }

            return;
        }

        var started = new List<Task>();
        try
        {
            for (var i = 0; i < count; i++)
            {
                var piece = i;
                started.Add(_threads.Value.Start(1, size, () => work(piece), cancellationToken));
            }
        }
        finally
        {
            Task.WhenAll(started).GetAwaiter().GetResult();
        }
    }

    /// <summary>
    /// Runs pieces of the calling work on the cores that it has, in any order, in a dispose scope each, and waits for their end. Without
    /// autograd.
    /// </summary>
    /// <param name="count">Number of pieces.</param>
    /// <param name="work">Gets the number of the piece; leaves no tensor behind.</param>
    /// <exception cref="OperationCanceledException">The calling work is no longer wanted.</exception>
    public static void Share(int count, Action<int> work)
    {
        var own = _work;
        var cancellation = own?.Cancellation ?? default;
        cancellation.ThrowIfCancellationRequested();
        if (own is not null && _threads.Value.TakeSmaller(own, own.Cores) is { } smaller)
        {
            smaller.Run();
        }

        var helpers = Math.Min(count, Cores) - 1;
        var isInference = is_inference_mode_enabled();
        var next = -1;
        if (helpers <= 0)
        {
            Pieces();
        }
        else
        {
            var givingWay = own is null ? 0 : Cores / 2;
            var started = Enumerable.Range(0, helpers).Select(i => _threads.Value.Help(() => Pieces(givesWay: i < givingWay))).ToArray();
            try
            {
                Pieces();
            }
            finally
            {
                Task.WhenAll(started).GetAwaiter().GetResult();
            }
        }

        cancellation.ThrowIfCancellationRequested();

        bool TakePiece()
        {
            var piece = Interlocked.Increment(ref next);
            if (piece >= count || cancellation.IsCancellationRequested)
            {
                return false;
            }

            using var scope = NewDisposeScope();
            work(piece);
            return true;
        }

        void Pieces(bool givesWay = false)
        {
            var (cores, outer) = (_cores, _work);
            (_cores, _work) = (Math.Min(1, cores), null);
            try
            {
                using IDisposable mode = isInference ? inference_mode() : no_grad();
                do
                {
                    if (givesWay && _threads.Value.TakeSmaller(own!, 1) is { } smaller)
                    {
                        smaller.Run();
                    }
                }
                while (TakePiece());
            }
            finally
            {
                (_cores, _work) = (cores, outer);
            }
        }
    }

    private static bool IsForCaller(Device device) => _cores > 0 || device.type != DeviceType.CPU;

    private sealed class Threads
    {
        private readonly CoreQueue _queue;
        private readonly CoreScheduler _narrow;

        // The maps of large images always come from the same thread: memory that is free again stays with the thread that had it.
        private readonly CoreScheduler _wide;

        public Threads(int cores)
        {
            Cores = cores;
            _narrow = new(cores, UseOneCore);
            _wide = new(1, UseOneCore);
            _queue = new(cores, work => (work.Cores == 1 ? _narrow : _wide).Start(work.Run));

            // LibTorch keeps the number per thread, and the last one that was set for threads that are still to come.
            set_num_threads(cores);
        }

        public int Cores { get; }

        /// <summary>Waits until work has begun.</summary>
        public Task Start(int cores, long size, Action work, CancellationToken cancellationToken)
        {
            CoreWork entry = null!;
            entry = new(cores, size, () => Do(entry, work), cancellationToken);
            return _queue.Enter(entry);
        }

        public CoreWork? TakeSmaller(CoreWork than, int cores) => _queue.TakeSmaller(than, cores);

        /// <summary>Starts work on a core that its caller has.</summary>
        public Task Help(Action work) => _narrow.Start(() =>
        {
            _cores = 1;
            work();
        });

        private static void UseOneCore()
        {
            // Asking first: a thread's first question or operator gives it the number of the process.
            _cores = Math.Min(1, get_num_threads());
            set_num_threads(1);
        }

        private static void Do(CoreWork entry, Action work)
        {
            var outer = (_cores, _work);
            (_cores, _work) = (entry.Cores, entry);
            try
            {
                work();
            }
            finally
            {
                (_cores, _work) = outer;
            }
        }
    }
}
