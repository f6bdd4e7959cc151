using Tat.Torch.Imaging;
using Tat.Torch.Resolution;

namespace Tat.MLNet.Formats.Contracts;

/// <summary>
/// A scan on a finer grid within its slices, with zeros around its k-space: the first pixel of a slice stays where it is, and the same
/// field is cut into more pixels.
/// </summary>
internal sealed class UpsampledScan : IImageScan
{
    private const int LargestSide = short.MaxValue;

    /// <summary>Pixels of a slice: as many as fit into one array of bytes, whatever their data type.</summary>
    private const int LargestSlice = 0x7FFFFFC7 / sizeof(double);

    /// <param name="source">The scan; disposed with this one.</param>
    /// <param name="factor">By how much the grid is finer.</param>
    /// <exception cref="InvalidDataException">A side of the grid would be longer than formats can tell, or a slice larger than memory can
    /// hold in one piece.</exception>
    public UpsampledScan(IImageScan source, UpsamplingFactor factor)
    {
        (Source, Factor) = (source, factor);
        (Rows, Columns) = (Side(source.Rows, factor.Rows), Side(source.Columns, factor.Columns));
        if ((long)Rows * Columns > LargestSlice)
        {
            throw new InvalidDataException($"'{source.Path}' would have slices of {Rows} × {Columns} pixels, and {LargestSlice} can be "
                + "held in one piece; choose a smaller factor.");
        }

        (RowSpacing, ColumnSpacing) = (source.RowSpacing * RowStep, source.ColumnSpacing * ColumnStep);
        Affine = source.Affine?.Scale(ColumnStep, RowStep);
        Parts = source.Parts.Count == 1 ? [this] : [.. source.Parts.Select(part => new UpsampledScan(part, factor))];
    }

    public IImageScan Source { get; }

    public UpsamplingFactor Factor { get; }

    public string Path => Source.Path;

    IEnumerable<string> IImageScan.Files => Source.Files;

    public IImageFormat Format => Source.Format;

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>The distance of rows as a share of that of the source; a side is a whole number of pixels.</summary>
    public double RowStep => (double)Source.Rows / Rows;

    /// <summary>The distance of columns as a share of that of the source.</summary>
    public double ColumnStep => (double)Source.Columns / Columns;

    public int SliceCount => Source.SliceCount;

    public int SlicesPerVolume => Source.SlicesPerVolume;

    public string? Modality => Source.Modality;

    public string? Unit => Source.Unit;

    public double? RowSpacing { get; }

    public double? ColumnSpacing { get; }

    public double? SliceSpacing => Source.SliceSpacing;

    public double? TimeStep => Source.TimeStep;

    public PatientAffine? Affine { get; }

    public IReadOnlyList<IImageScan> Parts { get; }

    public IReadOnlyDictionary<string, string> Properties => Source.Properties;

    /// <remarks>Pixels outside the image have no place of their own on this grid: what they would ring into is the image.</remarks>
    public ImageSlice ReadSlice(int index) => Upsample(Source.WithoutPadding(index, Source.ReadSlice(index)));

    /// <summary>
    /// Brings a slice of the source to this grid: a magnitude image stays one, as scanners interpolate it and models have learnt it; signed
    /// values keep their sign. A slice with values that are not finite has no k-space, which they would fill altogether: each new pixel has
    /// the value of the nearest one.
    /// </summary>
    public ImageSlice Upsample(ImageSlice slice) => !FiniteValues.AllIn(slice) ? TakeNearest(slice)
        : Array.Exists(slice.Pixels, value => value < 0) ? KSpace.Interpolate(slice, Rows, Columns)
        : KSpace.Resample(slice, slice.Height, slice.Width, Rows, Columns);

    /// <summary>How far the k-space of this grid is filled, by slices on it: what is beyond the source's own is empty.</summary>
    public KSpaceExtent MeasureExtent(IEnumerable<ImageSlice> slices) =>
        ExtentOf(KSpaceFill.Measure(slices.Select(slice => KSpace.Interpolate(slice, Source.Rows, Source.Columns))));

    /// <summary>How far the k-space of this grid is filled, where that of the source is known.</summary>
    public KSpaceExtent ExtentOf(KSpaceExtent source) => new(source.Rows * RowStep, source.Columns * ColumnStep);

    public void Dispose() => Source.Dispose();

    private ImageSlice TakeNearest(ImageSlice slice)
    {
        var pixels = new float[Rows * Columns];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = slice[Nearest(i / Columns, RowStep, slice.Height), Nearest(i % Columns, ColumnStep, slice.Width)];
        }

        return new(pixels, Rows, Columns);
    }

    private static int Nearest(int index, double step, int length) =>
        Math.Min(length - 1, (int)Math.Round(index * step, MidpointRounding.AwayFromZero));

    private int Side(int length, double factor)
    {
        var side = length == 1 ? 1 : Math.Round(length * factor);
        return side <= LargestSide
            ? (int)side
            : throw new InvalidDataException($"'{Source.Path}' would have slices of {side} pixels along a side, and {LargestSide} can be "
                + "written; choose a smaller factor.");
    }
}
