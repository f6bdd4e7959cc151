using Tat.Torch.Files;

namespace Tat.MLNet.Formats;

/// <summary>How image files are understood; the defaults refuse what cannot be trusted.</summary>
/// <remarks>
/// All but <see cref="Plane"/>, <see cref="Upsampling"/> and <see cref="Budget"/> are about DICOM; other formats ignore them.
/// </remarks>
public sealed record ImageReadOptions
{
    /// <summary>Along which plane volumes are cut into slices.</summary>
    /// <value>The default is <see cref="SlicePlane.Acquisition"/>.</value>
    public SlicePlane Plane { get; init; } = SlicePlane.Acquisition;

    /// <summary>How much finer than their own grid slices are read, for super-resolution; results have that grid.</summary>
    /// <value>The default, <see langword="null"/>, leaves the grid as it is.</value>
    public UpsamplingFactor? Upsampling { get; init; }

    /// <summary>The quantity in which PET is read.</summary>
    /// <value>The default is <see cref="PetQuantity.Suv"/>.</value>
    public PetQuantity Pet { get; init; } = PetQuantity.Suv;

    /// <summary>Read CT images without Rescale Slope and Intercept as if their stored values were HU, instead of refusing them.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool AllowUncalibratedCt { get; init; }

    /// <summary>
    /// Read series with gaps, uneven distances or doubles slice by slice, and tell of it in <see cref="IImageScan.Properties"/>, instead of
    /// refusing them; nothing is resampled.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool AllowIrregularSeries { get; init; }

    /// <summary>How much memory files may take, whatever they claim of themselves.</summary>
    /// <value>The default is <see cref="ReadBudget.Default"/>.</value>
    public ReadBudget Budget { get; init; } = ReadBudget.Default;

    /// <summary>The series to open of a folder that holds several; <see langword="null"/> where it holds one.</summary>
    public string? SeriesInstanceUid { get; init; }
}
