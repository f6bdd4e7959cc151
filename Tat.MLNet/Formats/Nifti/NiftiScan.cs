using System.Globalization;
using Tat.Torch.Imaging;

namespace Tat.MLNet.Formats.Nifti;

/// <summary>An opened NIfTI volume: slices along the stored third axis and all axes above it, rows along y, columns along x.</summary>
internal sealed class NiftiScan : IImageScan
{
    private const int BlockVoxels = 1 << 16;

    private readonly Lazy<NiftiBytes> _bytes;
    private bool _disposed;

    public NiftiScan(string path, IImageFormat format, NiftiFile file)
    {
        Path = path;
        Format = format;
        File = file;
        _bytes = new(() => NiftiBytes.Open(file.Contents.Voxels, file.VoxelStart, file.VoxelLength));
        Columns = (int)file.Dimensions[0];
        Rows = file.Dimensions.Count > 1 ? (int)file.Dimensions[1] : 1;
        SliceCount = (int)file.Dimensions.Skip(2).Aggregate(1L, (product, next) => product * next);
        SlicesPerVolume = file.Dimensions.Count > 2 ? (int)file.Dimensions[2] : 1;
        Affine = NiftiOrientation.AffineOf(file.Header);
        (ColumnSpacing, RowSpacing, SliceSpacing) = (Spacing(1), Spacing(2), Spacing(3));
        Properties = Describe();
    }

    public NiftiFile File { get; }

    public string Path { get; }

    IEnumerable<string> IImageScan.Files => new[] { File.Contents.Header.Path, File.Contents.Voxels.Path }.OfType<string>();

    public IImageFormat Format { get; }

    public int Rows { get; }

    public int Columns { get; }

    public int SliceCount { get; }

    public int SlicesPerVolume { get; }

    public double? TimeStep =>
        File is { Dimensions.Count: > 3, Header.Seconds: { } unit } && File.Header.PixelDimension(4) is > 0 and var step
            ? step * unit
            : null;

    public PatientAffine? Affine { get; }

    public string? Modality => null;

    public string? Unit => null;

    public double? RowSpacing { get; }

    public double? ColumnSpacing { get; }

    public double? SliceSpacing { get; }

    public IReadOnlyDictionary<string, string> Properties { get; }

    public ImageSlice ReadSlice(int index)
    {
        float[] pixels = [];
        var voxels = File.Voxels;
        Read(index, (start, stored) =>
        {
            // Not before the file has been found to hold them.
            pixels = start == 0 ? new float[Rows * Columns] : pixels;
            voxels.Decode(stored, pixels.AsSpan(start, stored.Length / voxels.Size));
        });
        return new ImageSlice(pixels, Rows, Columns);
    }

    /// <summary>
    /// Puts the bytes of this scan in place of those of values that are this scan's: 32-bit floats may have rounded what it stores.
    /// </summary>
    /// <param name="index">The slice.</param>
    /// <param name="values">Its values now.</param>
    /// <param name="encoded">What they are stored as, in the way of this scan.</param>
    public void KeepUnchanged(int index, float[] values, byte[] encoded)
    {
        var voxels = File.Voxels;
        var own = new float[BlockVoxels];
        Read(index, (start, stored) =>
        {
            var bytes = stored.ToArray();
            voxels.Decode(stored, own.AsSpan(0, stored.Length / voxels.Size));
            for (var i = 0; i < bytes.Length / voxels.Size; i++)
            {
                if (own[i].Equals(values[start + i]))
                {
                    bytes.AsSpan(i * voxels.Size, voxels.Size).CopyTo(encoded.AsSpan((start + i) * voxels.Size));
                }
            }
        });
    }

    /// <summary>Reads the voxels of a slice in blocks, each with the number of its first voxel.</summary>
    private void Read(int index, Action<int, Span<byte>> take)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, SliceCount);
        try
        {
            var (bytes, count, size) = (_bytes.Value, Rows * Columns, File.Voxels.Size);
            var buffer = new byte[Math.Min(count, BlockVoxels) * size];
            for (var done = 0; done < count; done += BlockVoxels)
            {
                var stored = buffer.AsSpan(0, Math.Min(BlockVoxels, count - done) * size);
                bytes.Read(((long)index * count * size) + ((long)done * size), stored);
                take(done, stored);
            }
        }
        catch (EndOfStreamException exception)
        {
            throw new ImageFormatException(File.Contents.Voxels.Name, "became shorter while it was read.", exception);
        }
    }

    public void Dispose()
    {
        _disposed = true;
        if (_bytes.IsValueCreated)
        {
            _bytes.Value.Dispose();
        }
    }

    private double? Spacing(int axis)
    {
        var size = Math.Abs(File.Header.PixelDimension(axis)) * File.Header.Millimetres;
        return axis <= File.Dimensions.Count && double.IsFinite(size) && size > 0 ? size : null;
    }

    private Dictionary<string, string> Describe()
    {
        var header = File.Header;
        var properties = new Dictionary<string, string>
        {
            ["Version"] = $"NIfTI-{header.Version}{(File.Contents.IsPair ? " (pair)" : "")}",
            ["Dimensions"] = string.Join(" x ", File.Dimensions),
            ["Voxel size"] = string.Join(" x ", Enumerable.Range(1, File.Dimensions.Count)
                .Select(axis => (header.PixelDimension(axis) * (axis <= 3 ? header.Millimetres : 1))
                    .ToString("G6", CultureInfo.InvariantCulture))),
            ["Data type"] = NiftiDataTypes.NameOf(header.DataTypeCode) + (header.IsBigEndian ? ", big endian" : ""),
            ["Orientation"] = Affine?.Orientation ?? "not recorded",
        };
        if (File.Voxels is not { Slope: 1, Intercept: 0 })
        {
            properties["Scaling"] = FormattableString.Invariant($"{File.Voxels.Slope:G9} x stored + {File.Voxels.Intercept:G9}");
        }

        if (NiftiOrientation.ProblemOf(header) is { } problem)
        {
            properties["Irregular"] = problem;
        }

        if (Affine is not null)
        {
            properties["Affine"] = Affine.ToString();
        }

        return properties;
    }
}
