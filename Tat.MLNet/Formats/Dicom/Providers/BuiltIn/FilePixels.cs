using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Reading;

namespace Tat.MLNet.Formats.Dicom.Providers.BuiltIn;

/// <summary>Pixels in a file, which is open from the first read until each frame was read once.</summary>
internal sealed class FilePixels : IPixelSource
{
    private readonly Lock _gate = new();
    private readonly PixelLocation _location;
    private readonly Func<Stream> _open;
    private readonly int _frames;
    private readonly IReadOnlyList<long> _extendedOffsets;
    private readonly Lazy<IReadOnlyList<int>> _imageStarts;
    private Stream? _stream;
    private int _reads;

    public FilePixels(PixelLocation location, Func<Stream> open, IReadOnlyList<long> extendedOffsets, int frames)
    {
        (_location, _open, _extendedOffsets, _frames) = (location, open, extendedOffsets, frames);
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
            throw new DicomDataException(
                $"{Tags.Name(Tag)} has {_location.Length} bytes, fewer than its frames need; the file is truncated or damaged.");
        }

        var bytes = new byte[length];
        ReadOnce(stream => Fill(stream, _location.Position + offset, bytes));
        DicomInput.SwapBytes(bytes, _location.SwapUnit);
        return bytes;
    }

    public IReadOnlyList<int> ImageStarts => _imageStarts.Value;

    public byte[] ReadFragments(int first, int count)
    {
        var chosen = _location.Fragments!.Skip(first).Take(count).ToList();
        var bytes = new byte[chosen.Sum(fragment => (long)fragment.Length)];
        ReadOnce(stream =>
        {
            var at = 0;
            foreach (var fragment in chosen)
            {
                Fill(stream, fragment.Position, bytes.AsSpan(at, fragment.Length));
                at += fragment.Length;
            }
        });
        return bytes;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            Close();
        }
    }

    private void ReadOnce(Action<Stream> read)
    {
        lock (_gate)
        {
            try
            {
                read(_stream ??= _open());
            }
            finally
            {
                if (++_reads >= _frames)
                {
                    Close();
                }
            }
        }
    }

    private void Close()
    {
        _stream?.Dispose();
        (_stream, _reads) = (null, 0);
    }

    private List<int> FindImageStarts()
    {
        var starts = new List<int>();
        var bytes = new byte[IPixelSource.StartBytes];
        lock (_gate)
        {
            _stream ??= _open();
            for (var i = 0; i < _location.Fragments!.Count; i++)
            {
                var (position, length) = _location.Fragments[i];
                var start = bytes.AsSpan(0, Math.Min(bytes.Length, length));
                Fill(_stream, position, start);
                if (IPixelSource.BeginsImage(start))
                {
                    starts.Add(i);
                }
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
