using Tat.Samples.Service.Jobs;

namespace Tat.Samples.Service.Restoring;

/// <summary>Takes jobs from the queues.</summary>
public static class RestoreHandler
{
    public static Task Handle(RestoreBatch message, JobRunner runner) => runner.RunAsync(message.Id);

    public static Task Handle(RestoreUrgent message, JobRunner runner) => runner.RunAsync(message.Id);
}
