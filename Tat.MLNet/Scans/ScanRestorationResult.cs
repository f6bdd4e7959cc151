using Tat.Torch.Imaging;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Scans;

/// <summary>The result of restoring a scan.</summary>
public sealed record ScanRestorationResult
{
    /// <summary>The file or folder that was restored.</summary>
    public required string Source { get; init; }

    /// <summary>The file or folder that was written.</summary>
    public required string Destination { get; init; }

    /// <summary>The files that were written.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>
    /// The new DICOM series: the restored one, then that of the differences, then that of the margins; none in other formats.
    /// </summary>
    public required IReadOnlyList<string> SeriesInstanceUids { get; init; }

    /// <summary>The new DICOM objects, as many as <see cref="Files"/>; none in other formats.</summary>
    public required IReadOnlyList<string> SopInstanceUids { get; init; }

    /// <summary>The task.</summary>
    public required RestorationTask Task { get; init; }

    /// <summary>What the result names as its model.</summary>
    public required string Model { get; init; }

    /// <summary>Number of slices.</summary>
    public required int Slices { get; init; }

    /// <summary>Pixels of all slices.</summary>
    public required long Pixels { get; init; }

    /// <summary>Slices with NaN or infinite values, which are as they were.</summary>
    public required int Unrestored { get; init; }

    /// <summary>The share of voxels beyond the task's range, 0 … 1.</summary>
    public required double ShareBeyondRange { get; init; }

    /// <summary>
    /// The noise of the middle slice before and after, as <see cref="NoiseEstimate"/> tells it, in the unit of the scan; NaN where there is
    /// nothing to tell it from.
    /// </summary>
    public required (double Before, double After) Noise { get; init; }

    /// <summary>
    /// What to know of the result, in sentences: irregular geometry, damaged files that are left out, slices that are as they were.
    /// </summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}
