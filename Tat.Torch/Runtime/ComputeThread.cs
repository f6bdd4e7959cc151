using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace Tat.Torch.Runtime;

/// <summary>The thread on which images are restored on a CPU, one after the other, whichever thread asks for it.</summary>
/// <remarks>
/// Each operator takes all cores, and restoring on several threads at once would only make them wait for each other in every operator. And OpenMP keeps
/// a team of workers for each thread that has called it: as soon as all teams together have more workers than there are cores, workers sleep between operators,
/// and small images take twice the time.
/// </remarks>
internal static class ComputeThread
{
    private static readonly Lazy<SingleThread> _scheduler = new(() => new SingleThread());

    [ThreadStatic]
    private static bool _isHere;

    /// <summary>Runs work and waits for its end; work for another device runs on the calling thread.</summary>
    /// <param name="device">Where the network is.</param>
    /// <param name="work">Sets its own grad mode and dispose scope.</param>
    public static void Run(Device device, Action work)
    {
        if (_isHere || device.type != DeviceType.CPU)
        {
            work();
            return;
        }

        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, _scheduler.Value).GetAwaiter().GetResult();
    }

    /// <summary>Makes the calling thread do such work by itself, until the result is disposed: for a thread that has workers anyhow.</summary>
    public static IDisposable UseCaller()
    {
        var before = _isHere;
        _isHere = true;
        return new Undo(() => _isHere = before);
    }

    private sealed class Undo(Action action) : IDisposable
    {
        public void Dispose() => action();
    }

    private sealed class SingleThread : TaskScheduler
    {
        private readonly BlockingCollection<Task> _tasks = [];

        public SingleThread() => new Thread(Work) { IsBackground = true, Name = "TAT restoration" }.Start();

        public override int MaximumConcurrencyLevel => 1;

        protected override void QueueTask(Task task) => _tasks.Add(task);

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

        protected override IEnumerable<Task> GetScheduledTasks() => [.. _tasks];

        private void Work()
        {
            _isHere = true;
            foreach (var task in _tasks.GetConsumingEnumerable())
            {
                TryExecuteTask(task);
            }
        }
    }
}
