namespace Tat.Samples.Service.Archive;

/// <summary>What series must have; <see langword="null"/> or empty for anything.</summary>
internal sealed record SeriesMatch
{
    public IReadOnlyList<string> Studies { get; init; } = [];

    public IReadOnlyList<string> Series { get; init; } = [];

    /// <summary>With <c>*</c> and <c>?</c>, as the texts below.</summary>
    public string? Modality { get; init; }

    public string? PatientId { get; init; }

    public string? PatientName { get; init; }

    public string? AccessionNumber { get; init; }

    /// <summary>The first day of a range, yyyyMMdd.</summary>
    public string? From { get; init; }

    /// <summary>The last day of a range, yyyyMMdd.</summary>
    public string? To { get; init; }
}
