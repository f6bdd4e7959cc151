namespace Tat.Samples.Service.Series;

/// <summary>Where a revision of a received series is.</summary>
public enum SeriesState
{
    /// <summary>Objects may follow.</summary>
    Collecting,

    /// <summary>It is kept, and not restored: no rule fits it, or it cannot be.</summary>
    Unmatched,

    /// <summary>There is a job for it.</summary>
    Submitted,
}
