namespace Tat.Samples.Service.Jobs;

/// <summary>Where a job is. A dead one was begun as often as is allowed; a failed one cannot succeed.</summary>
public enum JobState
{
    Queued,
    Running,
    Succeeded,
    Failed,
    Cancelled,
    Dead,
}
