using Tat.Torch.Imaging;
using Tat.Torch.TensorFiles;

namespace Tat.MLNet.Formats.Tensors;

/// <summary>An array as slices: the last two axes are rows and columns.</summary>
internal sealed class TensorScan(string path, IImageFormat format, NumberArray array) : IImageScan
{
    private readonly Lazy<float[]> _values = new(array.Read);

    public string Path => path;

    public IImageFormat Format => format;

    /// <summary>All sides of the array.</summary>
    public long[] Shape => array.Shape;

    public int Rows => (int)array.Shape[^2];

    public int Columns => (int)array.Shape[^1];

    public int SliceCount { get; } = (int)array.Shape[..^2].Aggregate(1L, (product, side) => product * side);

    public string? Modality => null;

    public string? Unit => null;

    public double? RowSpacing => null;

    public double? ColumnSpacing => null;

    public double? SliceSpacing => null;

    public IReadOnlyDictionary<string, string> Properties { get; } = new Dictionary<string, string>
    {
        ["Shape"] = string.Join(" x ", array.Shape),
    };

    public ImageSlice ReadSlice(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, SliceCount);
        var pixels = Rows * Columns;
        try
        {
            return new(_values.Value.AsSpan(index * pixels, pixels).ToArray(), Rows, Columns);
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            throw new ImageFormatException(
                path, $"{(exception.InnerException ?? exception).Message.TrimEnd('.')}; get a complete copy.", exception);
        }
    }

    public void Dispose()
    {
    }
}
