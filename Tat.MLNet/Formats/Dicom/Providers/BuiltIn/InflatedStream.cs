using System.IO.Compression;
using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Providers.BuiltIn;

/// <summary>A deflated data set as a stream that can seek: backwards by inflating anew, so that nothing is kept in memory.</summary>
internal sealed class InflatedStream : Stream
{
    private readonly Stream _file;
    private readonly long _start;
    private Stream? _inflated;
    private long _reached;
    private long _wanted;

    /// <summary>Opens the stream and inflates it once to learn its length, where that is not known.</summary>
    /// <param name="file">The file; disposed with this stream.</param>
    /// <param name="start">Where the deflated part begins.</param>
    /// <param name="length">Its inflated length if that is known.</param>
    public InflatedStream(Stream file, long start, long? length = null)
    {
        _file = file;
        _start = start;
        Length = length ?? Measure();
    }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length { get; }

    public override long Position
    {
        get => _wanted;
        set => _wanted = value;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (_inflated is null || _wanted < _reached)
        {
            Restart();
        }

        Span<byte> skipped = stackalloc byte[4096];
        while (_reached < _wanted)
        {
            if (ReadOn(skipped[..(int)Math.Min(skipped.Length, _wanted - _reached)]) == 0)
            {
                return 0;
            }
        }

        var read = ReadOn(buffer);
        _wanted += read;
        return read;
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _wanted + offset,
        _ => Length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _inflated?.Dispose();
        _file.Dispose();
        base.Dispose(disposing);
    }

    private void Restart()
    {
        _inflated?.Dispose();
        _file.Position = _start;
        _inflated = new DeflateStream(_file, CompressionMode.Decompress, leaveOpen: true);
        _reached = 0;
    }

    private int ReadOn(Span<byte> buffer)
    {
        try
        {
            var read = _inflated!.Read(buffer);
            _reached += read;
            return read;
        }
        catch (InvalidDataException exception)
        {
            throw new DicomDataException("the deflated data set is damaged; copy the file again.", exception);
        }
    }

    private long Measure()
    {
        Restart();
        var buffer = new byte[65536];
        while (ReadOn(buffer) > 0)
        {
        }

        return _reached;
    }
}
