using System.Diagnostics;

namespace Tat.Samples.Service.Monitoring;

/// <summary>
/// What traces tell of a job: that it was accepted, and each attempt at it. What lies between them is told by the queue, and what a
/// restoration does by the library; nothing tells of files, patients or pixels' values.
/// </summary>
internal static class JobActivities
{
    public const string SourceName = "Tat.Samples.Service";

    private static readonly ActivitySource _source = new(SourceName);

    /// <summary>Begins to accept a job.</summary>
    public static Activity? Accept(Guid id) => Start("tat.job.accept", id);

    /// <summary>Begins an attempt at a job.</summary>
    public static Activity? Attempt(Guid id) => Start("tat.job.attempt", id);

    private static Activity? Start(string name, Guid id) => _source.StartActivity(name)?.SetTag("tat.job.id", id.ToString());
}
