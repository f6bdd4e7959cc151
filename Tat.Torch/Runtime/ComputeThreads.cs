using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace Tat.Torch.Runtime;

/// <summary>The threads on which images are restored on a CPU, whichever threads ask for it, and patches trained.</summary>
/// <remarks>
/// Large images take turns, each on all cores. Small images take a core each, several at the same time: an operator on little data gains nothing from a second core,
/// and where the machine is busy its cores wait for each other far longer than they compute. All happens on the same few threads, because OpenMP keeps a team of workers for each
/// thread that has called it, and more workers than cores get in each other's way.
/// </remarks>
internal static class ComputeThreads
{
    private static readonly Lazy<Threads> _threads = new(() => new Threads(get_num_threads()));

    [ThreadStatic]
    private static bool _isHere;

    [ThreadStatic]
    private static bool _usesCaller;

    /// <summary>How many pieces of work run at the same time, each on one core.</summary>
    /// <param name="device">Where the network is.</param>
    public static int CountFor(Device device) => IsForCaller(device) ? 1 : _threads.Value.Cores;

    /// <summary>Runs work on all cores, alone, and waits for its end; work for another device than the CPU runs on the calling thread.</summary>
    /// <param name="device">Where the network is.</param>
    /// <param name="work">Sets its own grad mode and dispose scope.</param>
    /// <param name="cancellationToken">Ends the wait for cores.</param>
    public static void Run(Device device, Action work, CancellationToken cancellationToken = default)
    {
        if (_usesCaller || IsForCaller(device))
        {
            work();
            return;
        }

        _threads.Value.StartWide(work, cancellationToken).GetAwaiter().GetResult();
    }

    /// <summary>Runs pieces of work, each on one core, and waits for their end; work for another device than the CPU runs on the calling thread.</summary>
    /// <param name="device">Where the network is.</param>
    /// <param name="count">Number of pieces.</param>
    /// <param name="work">Gets the number of the piece; sets its own grad mode and dispose scope.</param>
    /// <param name="cancellationToken">Lets no further piece begin.</param>
    public static void RunEach(Device device, int count, Action<int> work, CancellationToken cancellationToken = default)
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
                started.Add(_threads.Value.StartNarrow(() => work(piece), cancellationToken));
            }
        }
        finally
        {
            Task.WhenAll(started).GetAwaiter().GetResult();
        }
    }

    /// <summary>Makes the calling thread do work on all cores by itself, until the result is disposed: for a thread that has OpenMP's workers anyhow.</summary>
    public static IDisposable UseCaller()
    {
        var before = _usesCaller;
        _usesCaller = true;
        return new Undo(() => _usesCaller = before);
    }

    private static bool IsForCaller(Device device) => _isHere || device.type != DeviceType.CPU;

    private sealed class Undo(Action action) : IDisposable
    {
        public void Dispose() => action();
    }

    private sealed class Threads
    {
        private readonly BudgetGate _gate;
        private readonly Scheduler _narrow;
        private readonly Scheduler _wide;

        public Threads(int cores)
        {
            Cores = cores;
            _gate = new(cores);

            // LibTorch keeps the number per thread, and the last one that was set for threads that are still to come: the wide thread comes last.
            _narrow = new(cores, 1);
            _wide = new(1, cores);
        }

        public int Cores { get; }

        public Task StartWide(Action work, CancellationToken cancellationToken) => Start(_wide, Cores, work, cancellationToken);

        public Task StartNarrow(Action work, CancellationToken cancellationToken) => Start(_narrow, 1, work, cancellationToken);

        /// <summary>Waits for cores, then starts.</summary>
        private Task Start(Scheduler scheduler, int cores, Action work, CancellationToken cancellationToken)
        {
            var taken = _gate.Enter(cores, cancellationToken);
            return Task.Factory.StartNew(
                () =>
                {
                    using (taken)
                    {
                        work();
                    }
                },
                CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler);
        }
    }

    private sealed class Scheduler : TaskScheduler
    {
        private readonly BlockingCollection<Task> _tasks = [];
        private readonly int _threads;

        /// <summary>Starts threads, and waits until each has its number of cores.</summary>
        public Scheduler(int threads, int cores)
        {
            _threads = threads;
            using var started = new CountdownEvent(threads);
            for (var i = 0; i < threads; i++)
            {
                new Thread(() => Work(cores, started)) { IsBackground = true, Name = "TAT restoration" }.Start();
            }

            started.Wait();
        }

        public override int MaximumConcurrencyLevel => _threads;

        protected override void QueueTask(Task task) => _tasks.Add(task);

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

        protected override IEnumerable<Task> GetScheduledTasks() => [.. _tasks];

        private void Work(int cores, CountdownEvent started)
        {
            // Asking first: a thread's first question or operator gives it the number of the process.
            _isHere = get_num_threads() > 0;
            set_num_threads(cores);
            started.Signal();
            foreach (var task in _tasks.GetConsumingEnumerable())
            {
                TryExecuteTask(task);
            }
        }
    }
}
