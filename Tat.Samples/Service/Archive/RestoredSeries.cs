namespace Tat.Samples.Service.Archive;

/// <summary>A DICOM series that was restored, as other systems look for it; it is there as long as a job has its result.</summary>
public sealed class RestoredSeries
{
    public Guid Id { get; init; }

    /// <summary>The result that it is in.</summary>
    public required string Result { get; init; }

    public required string StudyInstanceUid { get; init; }

    public required string SeriesInstanceUid { get; init; }

    public string? Modality { get; init; }

    public string? PatientId { get; init; }

    public string? PatientName { get; init; }

    public string? StudyDate { get; init; }

    public string? AccessionNumber { get; init; }

    /// <summary>Its objects, by their SOP Instance UIDs.</summary>
    public IReadOnlyList<string> Instances { get; init; } = [];

    /// <summary>Their files, relative to the result.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>When the peer had it; <see langword="null"/> where it has not.</summary>
    public DateTimeOffset? Sent { get; init; }

    /// <summary>How often sending it has failed.</summary>
    public int Failures { get; init; }

    /// <summary>Before when it is not sent again.</summary>
    public DateTimeOffset SendAfter { get; init; }
}
