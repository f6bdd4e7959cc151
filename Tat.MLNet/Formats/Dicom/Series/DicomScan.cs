using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Providers;
using Tat.Torch.Imaging;

namespace Tat.MLNet.Formats.Dicom.Series;

/// <summary>A DICOM file with its frames, or a series with its slices sorted along their normal.</summary>
internal sealed class DicomScan : IImageScan
{
    public DicomScan(string path, IImageFormat format, IReadOnlyList<DicomSlice> slices, int slicesPerVolume, double? sliceSpacing)
    {
        var first = slices[0];
        (Path, Format, Slices, SlicesPerVolume, SliceSpacing) = (path, format, slices, slicesPerVolume, sliceSpacing);
        (Rows, Columns) = (first.Layout.Rows, first.Layout.Columns);
        (Modality, Unit) = (first.Modality, first.Quantity.Unit);
        (RowSpacing, ColumnSpacing) = (first.Spacing?.Rows, first.Spacing?.Columns);
        Affine = (sliceSpacing is not null || slicesPerVolume == 1) && !first.IsMosaic
            ? PlaneAffine.Of(first, slices[slicesPerVolume - 1], slicesPerVolume)
            : null;
    }

    public string Path { get; }

    IEnumerable<string> IImageScan.Files => Slices.Select(slice => slice.Source.Content.Path).OfType<string>().Distinct();

    public IImageFormat Format { get; }

    public IReadOnlyList<DicomSlice> Slices { get; }

    /// <summary>Scans of consecutive slices, where they have no grid in common; else none.</summary>
    public IReadOnlyList<IImageScan> GivenParts { private get; init; } = [];

    public IReadOnlyList<IImageScan> Parts => GivenParts.Count > 0 ? GivenParts : [this];

    /// <summary>Seconds from one volume to the next; <see langword="null"/> where they are not told, or not the same.</summary>
    public double? TimeStep => SliceTimes.StepOf(
        [.. Enumerable.Range(0, SliceCount / SlicesPerVolume).Select(volume => Slices[volume * SlicesPerVolume].Times)]);

    /// <summary>What is irregular in the geometry, as sentences.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>What else is to be said of the geometry.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>Whether slices lie beside each other, as with gantry tilt: cuts in another plane would need resampling.</summary>
    public bool IsSheared { get; init; }

    /// <summary>Whether its images are Siemens mosaics: tiles that are slices.</summary>
    public bool IsMosaic => Slices[0].IsMosaic;

    /// <summary>Damaged files of the series, which lack among its slices.</summary>
    public IReadOnlyList<LeftOutFile> LeftOut { get; init; } = [];

    /// <summary>Where decoded frames are kept.</summary>
    public required PixelMemory Memory { get; init; }

    public int Rows { get; }

    public int Columns { get; }

    public int SliceCount => Slices.Count;

    public int SlicesPerVolume { get; }

    public string? Modality { get; }

    public string? Unit { get; }

    public double? RowSpacing { get; }

    public double? ColumnSpacing { get; }

    public double? SliceSpacing { get; }

    public PatientAffine? Affine { get; }

    public IReadOnlyDictionary<string, string> Properties => Describe(Slices[0]);

    public ImageSlice ReadSlice(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, SliceCount);
        try
        {
            return Slices[index].Read();
        }
        catch (DicomDataException exception)
        {
            throw exception.At(Path);
        }
    }

    /// <summary>Whether objects declare values that stand for no pixel.</summary>
    public bool HasPadding => (Slices is FrameList ? Slices.Take(1) : Slices).Any(slice => slice.Padding is not null);

    ImageSlice IImageScan.WithoutPadding(int index, ImageSlice slice) => Slices[index].WithoutPadding(slice);

    public void Dispose()
    {
        Memory.Dispose();
        foreach (var pixels in (Slices is FrameList ? Slices.Take(1) : Slices).Select(slice => slice.Source.Pixels).Distinct())
        {
            pixels?.Dispose();
        }
    }

    /// <summary>Technical facts only: texts of the object could name the patient.</summary>
    private Dictionary<string, string> Describe(DicomSlice first)
    {
        var properties = new Dictionary<string, string>
        {
            ["Transfer syntax"] = first.Source.Syntax.ToString(),
            ["SOP class"] = first.SopClassUid,
            ["Photometric interpretation"] = first.Layout.Photometric,
            ["Stored pixels"] = first.Layout.Floating
                ? $"{first.Layout.BitsAllocated} bits, floating point"
                : $"{first.Layout.BitsStored} of {first.Layout.BitsAllocated} bits, {(first.Layout.Signed ? "signed" : "unsigned")}",
            ["Provider"] = DicomProviders.Current.Name,
        };
        if (Problems.Count > 0 || IsSheared)
        {
            properties["Irregular"] = string.Join('\n', Problems.Concat(Remarks));
        }
        else if (Remarks.Count > 0)
        {
            properties["Remarks"] = string.Join('\n', Remarks);
        }

        if (LeftOut.Count > 0)
        {
            properties["Left out"] = string.Join('\n', LeftOut);
        }

        return properties;
    }
}
