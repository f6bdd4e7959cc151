namespace Tat.MLNet.Scoring;

/// <summary>The columns that scoring reads, and the one that it adds.</summary>
internal sealed record ScoringColumns
{
    public string LowQuality { get; init; } = "LowQuality";

    public string Height { get; init; } = "Height";

    public string Width { get; init; } = "Width";

    public string Task { get; init; } = "Task";

    /// <summary>Names the image in messages; the data need not have it.</summary>
    public string FileName { get; init; } = "FileName";

    /// <summary>The level of the volume that the image is a slice of, for tasks that are scaled by volume; the data need not have it.</summary>
    public string VolumeLevel { get; init; } = "VolumeLevel";

    public string Restored { get; init; } = "Restored";
}
