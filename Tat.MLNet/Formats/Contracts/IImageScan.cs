using Tat.Torch.Imaging;

namespace Tat.MLNet.Formats;

/// <summary>An image file, volume or series that has been opened: slices of one size, in physical units.</summary>
/// <remarks>Slices are read when asked for. Implementations are safe for concurrent reads.</remarks>
public interface IImageScan : IDisposable
{
    /// <summary>The file or folder.</summary>
    string Path { get; }

    /// <summary>The format that opened it.</summary>
    IImageFormat Format { get; }

    /// <summary>Rows of each slice.</summary>
    int Rows { get; }

    /// <summary>Columns of each slice.</summary>
    int Columns { get; }

    /// <summary>Number of slices: all planes of a volume and all its time points.</summary>
    int SliceCount { get; }

    /// <summary>The DICOM modality (<c>CT</c>, <c>MR</c>, <c>PT</c>, …); <see langword="null"/> where the format does not tell.</summary>
    string? Modality { get; }

    /// <summary>
    /// The unit of the pixel values (<c>HU</c>, <c>SUV</c>, <c>Bq/ml</c>, …); <see langword="null"/> where the format does not tell.
    /// </summary>
    string? Unit { get; }

    /// <summary>Distance in mm between the centres of neighbouring rows; <see langword="null"/> where it is unknown.</summary>
    double? RowSpacing { get; }

    /// <summary>Distance in mm between the centres of neighbouring columns; <see langword="null"/> where it is unknown.</summary>
    double? ColumnSpacing { get; }

    /// <summary>Distance in mm between the centres of neighbouring slices; <see langword="null"/> where it is unknown.</summary>
    double? SliceSpacing { get; }

    /// <summary>Slices of one volume; <see cref="SliceCount"/> is a multiple of it where there are several time points.</summary>
    int SlicesPerVolume => SliceCount;

    /// <summary>Seconds from one volume to the next; <see langword="null"/> where they are not told, or not the same.</summary>
    double? TimeStep => null;

    /// <summary>Where the pixels are in the patient; <see langword="null"/> where the format does not tell.</summary>
    PatientAffine? Affine => null;

    /// <summary>
    /// The parts of a scan whose slices lie in several grids, such as the three planes of a localizer: each a scan of some consecutive
    /// slices of this one. The scan itself where there is one grid.
    /// </summary>
    IReadOnlyList<IImageScan> Parts => [this];

    /// <summary>The files that it is read from; none where it is read from memory.</summary>
    internal IEnumerable<string> Files => [Path];

    /// <summary>What else the format says of the image, for people to read: no patient data.</summary>
    IReadOnlyDictionary<string, string> Properties { get; }

    /// <summary>Reads a slice.</summary>
    /// <param name="index">0 … <see cref="SliceCount"/> − 1.</param>
    /// <exception cref="ImageFormatException">The pixels are damaged or missing.</exception>
    ImageSlice ReadSlice(int index);

    /// <summary>
    /// A slice that was read as what measures or restores it is to see it: pixels that are outside the image, and have values that none in
    /// it has, are as dark as its darkest.
    /// </summary>
    internal ImageSlice WithoutPadding(int index, ImageSlice slice) => slice;
}
