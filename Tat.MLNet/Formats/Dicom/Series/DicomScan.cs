using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Providers;
using Tat.Torch.Imaging;

namespace Tat.MLNet.Formats.Dicom.Series;

/// <summary>A DICOM file with its frames, or a series with its slices sorted along their normal.</summary>
internal sealed class DicomScan : IImageScan
{
    public DicomScan(string path, IImageFormat format, IReadOnlyList<DicomSlice> slices, double? sliceSpacing, IReadOnlyList<string> problems, IReadOnlyList<LeftOutFile> leftOut)
    {
        var first = slices[0];
        (Path, Format, Slices, SliceSpacing) = (path, format, slices, sliceSpacing);
        (Rows, Columns) = (first.Layout.Rows, first.Layout.Columns);
        (Modality, Unit) = (first.Modality, first.Quantity.Unit);
        (RowSpacing, ColumnSpacing) = (first.Spacing?.Rows, first.Spacing?.Columns);
        Affine = sliceSpacing is not null || slices.Count == 1 ? PlaneAffine.Of(slices) : null;
        (Problems, LeftOut) = (problems, leftOut);
        Properties = Describe(first, problems, leftOut);
    }

    public string Path { get; }

    public IImageFormat Format { get; }

    public IReadOnlyList<DicomSlice> Slices { get; }

    /// <summary>What is irregular in the geometry, as sentences.</summary>
    public IReadOnlyList<string> Problems { get; }

    /// <summary>Damaged files of the series, which lack among its slices.</summary>
    public IReadOnlyList<LeftOutFile> LeftOut { get; }

    public int Rows { get; }

    public int Columns { get; }

    public int SliceCount => Slices.Count;

    public string? Modality { get; }

    public string? Unit { get; }

    public double? RowSpacing { get; }

    public double? ColumnSpacing { get; }

    public double? SliceSpacing { get; }

    public PatientAffine? Affine { get; }

    public IReadOnlyDictionary<string, string> Properties { get; }

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

    public void Dispose()
    {
    }

    /// <summary>Technical facts only: texts of the object could name the patient.</summary>
    private static Dictionary<string, string> Describe(DicomSlice first, IReadOnlyList<string> problems, IReadOnlyList<LeftOutFile> leftOut)
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
        if (problems.Count > 0)
        {
            properties["Irregular"] = string.Join("; ", problems);
        }

        if (leftOut.Count > 0)
        {
            properties["Left out"] = string.Join("; ", leftOut);
        }

        return properties;
    }
}
