namespace Tat.Samples.Service.Jobs;

/// <summary>Some of the jobs, the newest first.</summary>
public sealed record JobPage(int Total, int Skip, int Take, IReadOnlyList<JobView> Items);
