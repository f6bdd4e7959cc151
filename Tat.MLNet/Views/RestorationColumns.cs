using System.Text.Json.Serialization;

namespace Tat.MLNet.Views;

/// <summary>
/// What the columns of images are called, wherever rows of images are read. Saved models write it down, but for the columns that are not
/// needed to restore.
/// </summary>
internal sealed record RestorationColumns
{
    public string LowQuality { get; init; } = "LowQuality";

    [JsonIgnore]
    public string HighQuality { get; init; } = "HighQuality";

    public string Height { get; init; } = "Height";

    public string Width { get; init; } = "Width";

    public string Task { get; init; } = "Task";

    /// <summary>Names the image in messages; the data need not have it.</summary>
    public string FileName { get; init; } = "FileName";

    /// <summary>Numbers the slices of a file in messages; the data need not have it.</summary>
    [JsonIgnore]
    public string SliceIndex { get; init; } = "SliceIndex";

    /// <summary>
    /// The level of the volume that the image is a slice of, for tasks that are scaled by volume; the data need not have it.
    /// </summary>
    public string VolumeLevel { get; init; } = "VolumeLevel";

    /// <summary>
    /// How far k-space of that volume is filled, along its rows and columns, for tasks that fit the resolution; the data need not have it.
    /// </summary>
    public string VolumeExtent { get; init; } = "VolumeExtent";

    /// <summary>Side of a pixel in mm, to judge whether it is like what the model was trained on; the data need not have it.</summary>
    public string PixelSpacing { get; init; } = "PixelSpacing";

    /// <summary>The DICOM modality, likewise.</summary>
    public string Modality { get; init; } = "Modality";

    public string Restored { get; init; } = "Restored";

    /// <summary>How far restored values may be off; <see langword="null"/> for no such column.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Margin { get; init; }
}
