using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom;
using Tat.MLNet.Formats.Dicom.Series;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Scans;

/// <summary>A scan that has been found: an image file, or the files of a DICOM series. Pixels are read when it is opened.</summary>
/// <remarks>Immutable and safe for concurrent use.</remarks>
public sealed class ScanSource
{
    private static readonly string[] _endings = [".nii.gz", ".hdr.gz", ".img.gz", ".nii", ".hdr", ".img", ".dcm", ".ima", ".npy", ".bin"];
    private static readonly DicomFormat _dicom = new();
    private readonly DicomSeries? _series;
    private readonly IReadOnlyList<ImageContent>? _contents;
    private readonly ImageReadOptions _options;

    internal ScanSource(string root, string path, string name, ImageReadOptions options, DicomSeries? series = null) =>
        (Root, Path, Name, _options, _series) = (root, path, WithoutEnding(name), options, series);

    private ScanSource(IReadOnlyList<ImageContent> contents, ImageReadOptions options)
        : this(".", contents[0].Name, contents[0].Name, options) => _contents = contents;

    /// <summary>A scan that need not be in files: what <see cref="ImageFormats.Open(IReadOnlyList{ImageContent}, ImageReadOptions?)"/>
    /// opens.</summary>
    /// <param name="contents">A NIfTI, the two halves of one, an array, or the DICOM objects of a series; at least one.</param>
    /// <param name="options">How to read; <see langword="null"/> for the defaults.</param>
    public static ScanSource Of(IReadOnlyList<ImageContent> contents, ImageReadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(contents);
        ArgumentOutOfRangeException.ThrowIfZero(contents.Count, nameof(contents));
        return new(contents, options ?? new());
    }

    /// <summary>The file, the folder that holds the series, or the name of the first of contents that are no files.</summary>
    public string Path { get; }

    /// <summary>What to call the scan: its path below the folder that was searched, without the ending.</summary>
    public string Name { get; }

    /// <summary>The DICOM series; <see langword="null"/> for a file, which has not been read yet.</summary>
    public string? SeriesInstanceUid => _series?.Uid;

    /// <summary>
    /// The DICOM modality, where it is known before the scan is opened: that of a series; otherwise <see langword="null"/>.
    /// </summary>
    public string? Modality => _series is { Slices: [var first, ..] } ? first.Modality : null;

    /// <summary>Files of the series that are not among its slices: damaged ones, and copies; none for a file.</summary>
    public IReadOnlyList<LeftOutFile> LeftOut => _series?.LeftOut ?? [];

    /// <summary>Whether its modality is known to be none that a task is for, so that its task must be named.</summary>
    public bool NeedsTask => Modality is { } modality && DicomModality.TaskOf(modality) is null;

    /// <summary>The folder that was searched, or that holds the file.</summary>
    internal string Root { get; }

    /// <summary>Whether the scan is in files, so that what memory does not hold may go to a file, too.</summary>
    internal bool IsOnDisk => _contents is null;

    /// <summary>How it is read.</summary>
    internal ImageReadOptions Reading => _options;

    /// <summary>The plane in which the scan is cut into slices.</summary>
    internal SlicePlane Plane => _options.Plane;

    /// <summary>By how much the grid of slices is to be finer; <see langword="null"/> for not at all.</summary>
    internal UpsamplingFactor? Upsampling => _options.Upsampling;

    /// <summary>The ending that results of the same format have; empty for a folder.</summary>
    internal string Ending
    {
        get
        {
            var file = System.IO.Path.GetFileName(Path);
            return _contents?.Count > 1 || _contents is null && Directory.Exists(Path) ? "" : file[WithoutEnding(file).Length..];
        }
    }

    /// <summary>Opens the scan without reading pixels yet.</summary>
    /// <exception cref="FileNotFoundException">There is nothing at that path.</exception>
    /// <exception cref="ImageFormatException">It is no image, damaged, or of a kind that cannot be read; the message names the
    /// file.</exception>
    public IImageScan Open() => OpenWith(_options);

    /// <summary>
    /// Opens the scan as <see cref="Open"/> does, and slice by slice where it is no regular volume: what is done in the plane of the slices
    /// does not need one.
    /// </summary>
    /// <exception cref="FileNotFoundException">There is nothing at that path.</exception>
    /// <exception cref="ImageFormatException">It is no image, damaged, or of a kind that cannot be read; the message names the
    /// file.</exception>
    public IImageScan OpenSlices() => OpenWith(_options with { AllowIrregularSeries = true });

    /// <summary>Why no NIfTI file can be made of a scan, as the rest of a sentence; <see langword="null"/> where one can.</summary>
    internal string? WhyNoVolume(IImageScan scan) => scan.AsOpened() switch
    {
        DicomScan { IsMosaic: true } =>
            "its images are Siemens mosaics, whose tiles are slices; restore them as DICOM, or convert them to NIfTI with dcm2niix first",
        DicomScan { Problems: [_, ..] problems } when !_options.AllowIrregularSeries =>
            $"it is no regular volume: {string.Join("; ", problems)}; restore it as DICOM, where each slice keeps its place, or allow "
            + "irregular series to stack its slices as they are",
        _ => null,
    };

    /// <summary>Why PET cannot be read in SUV; <see langword="null"/> where it can.</summary>
    internal string? WhyNoUptake()
    {
        var options = _options with { Pet = PetQuantity.Suv, AllowIrregularSeries = true };
        try
        {
            using var scan = _series is null
                ? OpenWith(options)
                : SeriesFinder.Find(_series.Files.Select(ImageContent.OfFile), options).Series[0].Assemble(Path, _dicom, options);
            return null;
        }
        catch (ImageFormatException exception)
        {
            return exception.Message;
        }
    }

    private IImageScan OpenWith(ImageReadOptions options) => _contents is not null ? ImageFormats.Open(_contents, options)
        : _series is null ? ImageFormats.Open(Path, options)
        : _series.Assemble(Path, _dicom, options).InPlane(options.Plane).Upsampled(options.Upsampling);

    /// <summary>The path, and the series where there is one.</summary>
    public override string ToString() => SeriesInstanceUid is { } uid ? $"'{Path}' (series {uid})" : $"'{Path}'";

    private static string WithoutEnding(string name)
    {
        var ending = _endings.FirstOrDefault(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
        return ending is null ? name : name[..^ending.Length];
    }
}
