namespace Tat.Samples.Service.Series;

/// <summary>A revision of a series that another system sent. What comes after its job was made begins the next one.</summary>
public sealed class ReceivedSeries
{
    /// <summary>Its own identifier, and that of its job.</summary>
    public Guid Id { get; init; }

    public required string StudyInstanceUid { get; init; }

    public required string SeriesInstanceUid { get; init; }

    /// <summary>1 for the first.</summary>
    public int Revision { get; init; }

    public SeriesState State { get; set; }

    /// <summary>Objects that are there.</summary>
    public int Objects { get; set; }

    /// <summary>Objects that the series has, where they tell.</summary>
    public int? Expected { get; init; }

    public DateTimeOffset LastReceived { get; set; }

    public string? Modality { get; init; }

    public string? Description { get; init; }

    public string? SopClassUid { get; init; }

    public string? AeTitle { get; init; }

    /// <summary>Whether the series is one that this product has restored.</summary>
    public bool IsRestored { get; init; }

    /// <summary>What to know of it; <see langword="null"/> for nothing.</summary>
    public string? Remark { get; set; }
}
