namespace Tat.Samples.Service.Jobs;

/// <summary>An attempt at a job: only the last one may change the job's state.</summary>
/// <param name="Job">The job as it was when the attempt began.</param>
/// <param name="Number">From 1.</param>
public sealed record Attempt(Job Job, int Number);
