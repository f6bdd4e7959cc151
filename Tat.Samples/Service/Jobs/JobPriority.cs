namespace Tat.Samples.Service.Jobs;

/// <summary>Urgent jobs have a queue of their own and wait for no batch.</summary>
public enum JobPriority
{
    Batch,
    Urgent,
}
