using Microsoft.ML.Runtime;
using Tat.MLNet.ModelIO;

namespace Tat.MLNet.Loading;

/// <summary>Loads images without references, for scoring.</summary>
/// <remarks>
/// Columns: <c>LowQuality</c> (Vector&lt;Single&gt;, row-major, in the image's physical unit), <c>Height</c>, <c>Width</c> (Int32),
/// <c>Task</c> (as given; else empty),
/// <c>FileName</c>, <c>SliceIndex</c> (Int32, from 0), <c>VolumeLevel</c> (Single: the level of the file's low-quality volume, measured
/// where it is read), <c>VolumeExtent</c> (two Single: how far k-space of that volume is filled, likewise),
/// <c>Modality</c> (of DICOM files; else empty), <c>PixelSpacing</c> (Single: side of a pixel in mm; NaN where the file does not tell).
/// Texts and hidden files beside the images are left out.
/// </remarks>
public sealed class ImageFileLoader : ImageLoader
{
    internal const string LoaderName = "TatImageFileLoader";
    private static readonly ModelSignature _signature = new("TATFILES", LoaderName);
    private readonly Options _options;

    internal ImageFileLoader(Options options)
        : base([
            ImageColumn.LowQuality, ImageColumn.Height, ImageColumn.Width, ImageColumn.Task, ImageColumn.FileName, ImageColumn.SliceIndex,
            ImageColumn.VolumeLevel, ImageColumn.VolumeExtent, ImageColumn.Modality, ImageColumn.PixelSpacing,
        ]) => _options = options;

    private protected override ModelSignature Signature => _signature;

    private protected override object Settings => _options;

    private protected override string Sought => "images";

    private protected override IReadOnlyList<ImageEntry> List(IReadOnlyList<string> paths) =>
        [.. ImageFiles.Images(paths)
            .Select(path => new ImageEntry(path, Task: _options.Task) { SliceCount = _options.SingleSliceFiles ? 1 : null })];

    internal static ImageFileLoader Create(IHostEnvironment env, object ctx) => new(ReadOptions<Options>(ctx, _signature));

    /// <summary>What the loader knows of the images.</summary>
    public sealed class Options
    {
        /// <summary>The task of all images; <see langword="null"/> leaves the column empty, for <c>TagTask</c> to fill.</summary>
        /// <value>The default is <see langword="null"/>.</value>
        public string? Task { get; init; }

        /// <summary>Promises that each file holds one slice, so that no header is read to count slices.</summary>
        /// <value>The default is <see langword="false"/>.</value>
        public bool SingleSliceFiles { get; init; }
    }
}
