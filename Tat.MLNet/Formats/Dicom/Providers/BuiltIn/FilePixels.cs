using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Reading;

namespace Tat.MLNet.Formats.Dicom.Providers.BuiltIn;

/// <summary>Pixels in a file, which is opened for each read.</summary>
internal sealed class FilePixels : IPixelSource
{
    private readonly PixelLocation _location;
    private readonly Func<Stream> _open;
    private readonly IReadOnlyList<long> _extendedOffsets;
    private readonly Lazy<IReadOnlyList<int>> _imageStarts;

    public FilePixels(PixelLocation location, Func<Stream> open, IReadOnlyList<long> extendedOffsets)
    {
        (_location, _open, _extendedOffsets) = (location, open, extendedOffsets);
        _imageStarts = new(FindImageStarts);
    }

    public DicomTag Tag => _location.Tag;

    public long Length => _location.Length;

    public IReadOnlyList<PixelFragment>? Fragments => _location.Fragments;

    public IReadOnlyList<long> OffsetTable => _location.OffsetTable.Count > 0 ? _location.OffsetTable : _extendedOffsets;

    public byte[] Read(long offset, int length)
    {
        if (offset < 0 || length < 0 || offset > _location.Length - length)
        {
            throw new DicomDataException($"{Tags.Name(Tag)} has {_location.Length} bytes, fewer than its frames need; the file is truncated or damaged.");
        }

        var bytes = new byte[length];
        using var stream = _open();
        Fill(stream, _location.Position + offset, bytes);
        DicomInput.SwapBytes(bytes, _location.SwapUnit);
        return bytes;
    }

    public IReadOnlyList<int> ImageStarts => _imageStarts.Value;

    public byte[] ReadFragments(int first, int count)
    {
        var chosen = _location.Fragments!.Skip(first).Take(count).ToList();
        var bytes = new byte[chosen.Sum(fragment => (long)fragment.Length)];
        using var stream = _open();
        var at = 0;
        foreach (var fragment in chosen)
        {
            Fill(stream, fragment.Position, bytes.AsSpan(at, fragment.Length));
            at += fragment.Length;
        }

        return bytes;
    }

    private List<int> FindImageStarts()
    {
        var starts = new List<int>();
        var bytes = new byte[IPixelSource.StartBytes];
        using var stream = _open();
        for (var i = 0; i < _location.Fragments!.Count; i++)
        {
            var (position, length) = _location.Fragments[i];
            var start = bytes.AsSpan(0, Math.Min(bytes.Length, length));
            Fill(stream, position, start);
            if (IPixelSource.BeginsImage(start))
            {
                starts.Add(i);
            }
        }

        return starts;
    }

    private static void Fill(Stream stream, long position, Span<byte> bytes)
    {
        try
        {
            stream.Position = position;
            stream.ReadExactly(bytes);
        }
        catch (EndOfStreamException exception)
        {
            throw new DicomDataException("the file has become shorter since it was opened; copy it again.", exception);
        }
    }
}
