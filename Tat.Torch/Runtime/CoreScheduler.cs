using System.Collections.Concurrent;

namespace Tat.Torch.Runtime;

/// <summary>Runs tasks on threads of its own, which live as long as the process.</summary>
internal sealed class CoreScheduler : TaskScheduler
{
    private readonly BlockingCollection<Task> _tasks = [];
    private readonly int _threads;

    /// <summary>Starts threads, and waits until they are ready.</summary>
    /// <param name="threads">How many.</param>
    /// <param name="prepare">Runs first on each of them.</param>
    public CoreScheduler(int threads, Action prepare)
    {
        _threads = threads;
        using var started = new CountdownEvent(threads);
        for (var i = 0; i < threads; i++)
        {
            new Thread(() => Work(prepare, started)) { IsBackground = true, Name = "TAT restoration" }.Start();
        }

        started.Wait();
    }

    public override int MaximumConcurrencyLevel => _threads;

    public Task Start(Action work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this);

    protected override void QueueTask(Task task) => _tasks.Add(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => [.. _tasks];

    private void Work(Action prepare, CountdownEvent started)
    {
        prepare();
        started.Signal();
        foreach (var task in _tasks.GetConsumingEnumerable())
        {
            TryExecuteTask(task);
        }
    }
}
