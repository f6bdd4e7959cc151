using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom;
using Tat.MLNet.Formats.Dicom.Series;
using Tat.MLNet.ModelIO;

namespace Tat.MLNet.Loading;

/// <summary>Loads DICOM series: groups files by series, sorts slices along their normal, and makes a row of each.</summary>
/// <remarks>
/// <para>Columns: those of <see cref="ImageFileLoader"/> (<c>FileName</c> is the file of the slice, <c>SliceIndex</c> its position in the
/// series), and
/// <c>PixelSpacing</c> (Single: side of a pixel in mm; NaN where it is not recorded), <c>SeriesInstanceUID</c>, <c>SOPInstanceUID</c>,
/// <c>InstanceNumber</c> (Int32, 0 where it is missing). <c>TagTask</c> reads the task from <c>Modality</c>.</para>
/// <para>The headers of all files are read when a view is made, as nothing else tells which files make a series; pixels are read when asked
/// for. Objects that are no images, such as reports, are passed over; a damaged file, which may be a slice of one of the series, is an
/// <see cref="ImageFormatException"/>.</para>
/// </remarks>
public sealed class DicomSeriesLoader : ImageLoader
{
    internal const string LoaderName = "TatDicomSeriesLoader";
    private static readonly ModelSignature _signature = new("TATDICOM", LoaderName);
    private static readonly DicomFormat _format = new();
    private readonly Options _options;

    internal DicomSeriesLoader(Options options)
        : base(
        [
            ImageColumn.LowQuality, ImageColumn.Height, ImageColumn.Width, ImageColumn.Task,
            ImageColumn.Text("FileName", row => SliceOf(row).Source.Path),
            ImageColumn.SliceIndex, ImageColumn.VolumeLevel, ImageColumn.VolumeExtent, ImageColumn.Modality, ImageColumn.PixelSpacing,
            ImageColumn.Text("SeriesInstanceUID", row => SliceOf(row).SeriesInstanceUid),
            ImageColumn.Text("SOPInstanceUID", row => SliceOf(row).SopInstanceUid),
            ImageColumn.Scalar("InstanceNumber", NumberDataViewType.Int32, row => SliceOf(row).InstanceNumber ?? 0),
        ]) => _options = options;

    private protected override ModelSignature Signature => _signature;

    private protected override object Settings => _options;

    private protected override string Sought =>
        _options.Reading.SeriesInstanceUid is { } uid ? $"DICOM images of the series {uid}" : "DICOM images";

    private protected override (IReadOnlyList<ImageEntry> Entries, Func<string, IImageScan> Open) Resolve(IReadOnlyList<string> paths)
    {
        var scans = new Dictionary<string, IImageScan>();
        var (found, leftOut) = SeriesFinder.Find(paths.Select(ImageContent.OfFile), _options.Reading);
        foreach (var series in found)
        {
            var path = series.Files[0];
            scans.Add(path, series.Assemble(path, _format, _options.Reading));
        }

        // A damaged file may be a slice of any of the series.
        if (leftOut.Concat(found.SelectMany(series => series.LeftOut)).FirstOrDefault(file => file.IsDamaged) is { } damaged)
        {
            throw new ImageFormatException(damaged.Path,
                $"{damaged.Reason} A series may lack this slice: get a complete copy of the file, or leave it out of what is loaded.");
        }

        return ([.. scans.Select(scan => new ImageEntry(scan.Key, Task: _options.Task) { SliceCount = scan.Value.SliceCount })],
            path => scans[path]);
    }

    private protected override IReadOnlyList<ImageEntry> List(IReadOnlyList<string> paths) => Resolve(paths).Entries;

    internal static DicomSeriesLoader Create(IHostEnvironment env, object ctx) => new(ReadOptions<Options>(ctx, _signature));

    private static DicomSlice SliceOf(ImageRow row) => ((DicomScan)row.Scan).Slices[row.Slice];

    /// <summary>Which series are taken, and how they are read.</summary>
    public sealed class Options
    {
        /// <summary>The task of all images; <see langword="null"/> leaves the column empty, for <c>TagTask</c> to fill.</summary>
        /// <value>The default is <see langword="null"/>.</value>
        public string? Task { get; init; }

        /// <summary>How files are understood, and with <see cref="ImageReadOptions.SeriesInstanceUid"/> which series is taken.</summary>
        /// <value>The default refuses what is no regular volume of known quantity.</value>
        public ImageReadOptions Reading { get; init; } = new();
    }
}
