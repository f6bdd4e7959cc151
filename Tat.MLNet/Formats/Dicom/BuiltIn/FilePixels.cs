namespace Tat.MLNet.Formats.Dicom;

/// <summary>Pixels in a file, which is opened for each read.</summary>
internal sealed class FilePixels(PixelLocation location, Func<Stream> open, IReadOnlyList<long> extendedOffsets) : IPixelSource
{
    public DicomTag Tag => location.Tag;

    public long Length => location.Length;

    public IReadOnlyList<PixelFragment>? Fragments => location.Fragments;

    public IReadOnlyList<long> OffsetTable => location.OffsetTable.Count > 0 ? location.OffsetTable : extendedOffsets;

    public byte[] Read(long offset, int length)
    {
        if (offset < 0 || length < 0 || offset > location.Length - length)
        {
            throw new DicomDataException($"{Tags.Name(Tag)} has {location.Length} bytes, fewer than its frames need; the file is truncated or damaged.");
        }

        var bytes = new byte[length];
        using var stream = open();
        Fill(stream, location.Position + offset, bytes);
        DicomInput.SwapBytes(bytes, location.SwapUnit);
        return bytes;
    }

    public byte[] ReadStart(int fragment)
    {
        var (position, length) = location.Fragments![fragment];
        var bytes = new byte[Math.Min(IPixelSource.StartBytes, length)];
        using var stream = open();
        Fill(stream, position, bytes);
        return bytes;
    }

    public byte[] ReadFragments(int first, int count)
    {
        var chosen = location.Fragments!.Skip(first).Take(count).ToList();
        var bytes = new byte[chosen.Sum(fragment => (long)fragment.Length)];
        using var stream = open();
        var at = 0;
        foreach (var fragment in chosen)
        {
            Fill(stream, fragment.Position, bytes.AsSpan(at, fragment.Length));
            at += fragment.Length;
        }

        return bytes;
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
