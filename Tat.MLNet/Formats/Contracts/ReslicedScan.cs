using Tat.Torch.Files;
using Tat.Torch.Imaging;

namespace Tat.MLNet.Formats.Contracts;

/// <summary>
/// A volume cut along another of its stored axes: pixels change places and are never interpolated. Keeps one volume (time point) in memory.
/// </summary>
internal sealed class ReslicedScan : IImageScan
{
    private readonly int[] _axes;
    private readonly int[] _lengths;
    private readonly Lock _lock = new();
    private float[][] _volume = [];
    private float[][] _images = [];
    private int _loaded = -1;

    /// <param name="source">The volume; disposed with this scan.</param>
    /// <param name="sliceAxis">Along which axis of the source slices lie: 0 columns, 1 rows.</param>
    public ReslicedScan(IImageScan source, int sliceAxis)
    {
        Source = source;
        _axes = sliceAxis == 0 ? [1, 2, 0] : [0, 2, 1];
        int[] lengths = [source.Columns, source.Rows, source.SlicesPerVolume];
        double?[] spacings = [source.ColumnSpacing, source.RowSpacing, source.SliceSpacing];
        _lengths = [.. _axes.Select(axis => lengths[axis])];
        (ColumnSpacing, RowSpacing, SliceSpacing) = (spacings[_axes[0]], spacings[_axes[1]], spacings[_axes[2]]);
        Affine = source.Affine?.Permute(_axes[0], _axes[1], _axes[2]);
    }

    public IImageScan Source { get; }

    public string Path => Source.Path;

    IEnumerable<string> IImageScan.Files => Source.Files;

    public IImageFormat Format => Source.Format;

    public int Columns => _lengths[0];

    public int Rows => _lengths[1];

    public int SlicesPerVolume => _lengths[2];

    public int SliceCount => SlicesPerVolume * (Source.SliceCount / Source.SlicesPerVolume);

    public string? Modality => Source.Modality;

    public string? Unit => Source.Unit;

    public double? RowSpacing { get; }

    public double? ColumnSpacing { get; }

    public double? SliceSpacing { get; }

    public double? TimeStep => Source.TimeStep;

    public PatientAffine? Affine { get; }

    public IReadOnlyDictionary<string, string> Properties => Source.Properties;

    public ImageSlice ReadSlice(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, SliceCount);
        return Cut(Load(index / SlicesPerVolume).Volume, index);
    }

    ImageSlice IImageScan.WithoutPadding(int index, ImageSlice slice)
    {
        var (volume, images) = Load(index / SlicesPerVolume);
        return ReferenceEquals(volume, images) ? slice : Cut(images, index);
    }

    private ImageSlice Cut(float[][] volume, int index)
    {
        var pixels = new float[Rows * Columns];
        var position = new int[3];
        position[_axes[2]] = index % SlicesPerVolume;
        for (var i = 0; i < pixels.Length; i++)
        {
            (position[_axes[0]], position[_axes[1]]) = (i % Columns, i / Columns);
            pixels[i] = volume[position[2]][(position[1] * Source.Columns) + position[0]];
        }

        return new ImageSlice(pixels, Rows, Columns);
    }

    /// <summary>Turns slices of this scan, in its order, into slices of its source.</summary>
    /// <exception cref="ArgumentException">A slice has another size, or the last volume is incomplete.</exception>
    public IEnumerable<ImageSlice> ToSource(IEnumerable<ImageSlice> slices)
    {
        foreach (var cuts in slices.Chunk(SlicesPerVolume))
        {
            if (cuts.Length < SlicesPerVolume || cuts.Any(cut => cut.Width != Columns || cut.Height != Rows))
            {
                throw new ArgumentException(
                    $"The volume needs {MessageText.Amount(SliceCount, "slice")} of {Rows} × {Columns} pixels.", nameof(slices));
            }

            for (var z = 0; z < Source.SlicesPerVolume; z++)
            {
                var pixels = new float[Source.Rows * Source.Columns];
                for (var i = 0; i < pixels.Length; i++)
                {
                    int[] position = [i % Source.Columns, i / Source.Columns, z];
                    pixels[i] = cuts[position[_axes[2]]][position[_axes[1]], position[_axes[0]]];
                }

                yield return new ImageSlice(pixels, Source.Rows, Source.Columns);
            }
        }
    }

    public void Dispose() => Source.Dispose();

    /// <summary>A volume as it is, and as what restores it is to see it: the same where that is no other.</summary>
    private (float[][] Volume, float[][] Images) Load(int volume)
    {
        lock (_lock)
        {
            if (_loaded != volume)
            {
                var slices = Enumerable.Range(volume * Source.SlicesPerVolume, Source.SlicesPerVolume)
                    .Select(z => (Index: z, Slice: Source.ReadSlice(z))).ToList();
                _volume = [.. slices.Select(one => one.Slice.Pixels)];
                float[][] images = [.. slices.Select(one => Source.WithoutPadding(one.Index, one.Slice).Pixels)];
                _images = images.Zip(_volume).All(pair => ReferenceEquals(pair.First, pair.Second)) ? _volume : images;
                _loaded = volume;
            }

            return (_volume, _images);
        }
    }
}
