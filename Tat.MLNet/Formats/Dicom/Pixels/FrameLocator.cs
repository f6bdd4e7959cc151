namespace Tat.MLNet.Formats.Dicom;

/// <summary>Finds the fragments of a frame of encapsulated pixels (PS3.5, annex A.4).</summary>
internal static class FrameLocator
{
    private const int ItemHeader = 8;

    /// <summary>The bytes of a compressed frame.</summary>
    public static byte[] ReadFrame(IPixelSource pixels, int frame, int frames)
    {
        var fragments = pixels.Fragments!;
        var (first, count) = frames == 1 ? (0, fragments.Count)
            : fragments.Count == frames ? (frame, 1)
            : ByTable(pixels, frame, frames) ?? ByStartOfImage(pixels, frame, frames);
        return pixels.ReadFragments(first, count);
    }

    private static (int First, int Count)? ByTable(IPixelSource pixels, int frame, int frames)
    {
        var table = pixels.OffsetTable;
        if (table.Count != frames)
        {
            return null;
        }

        var fragments = pixels.Fragments!;
        var start = FindOffset(fragments, table[frame]);
        var end = frame + 1 < frames ? FindOffset(fragments, table[frame + 1]) : fragments.Count;
        return start >= 0 && end > start ? (start, end - start) : null;
    }

    private static int FindOffset(IReadOnlyList<PixelFragment> fragments, long offset)
    {
        var origin = fragments[0].Position - ItemHeader;
        for (var i = 0; i < fragments.Count; i++)
        {
            if (fragments[i].Position - ItemHeader - origin == offset)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Without a table a frame begins with the fragment that begins as an image does.</summary>
    private static (int First, int Count) ByStartOfImage(IPixelSource pixels, int frame, int frames)
    {
        var fragments = pixels.Fragments!;
        var starts = new List<int>();
        for (var i = 0; i < fragments.Count; i++)
        {
            if (IsStartOfImage(pixels.ReadStart(i)))
            {
                starts.Add(i);
            }
        }

        if (starts.Count != frames || starts[0] != 0)
        {
            throw new DicomDataException($"{fragments.Count} fragments hold {frames} frames and nothing tells where each begins; the file is damaged.");
        }

        var end = frame + 1 < frames ? starts[frame + 1] : fragments.Count;
        return (starts[frame], end - starts[frame]);
    }

    /// <summary>The first markers of JPEG and JPEG-LS, of a JPEG 2000 codestream, or the signature box of JP2.</summary>
    private static bool IsStartOfImage(ReadOnlySpan<byte> start) =>
        start is [0xFF, 0xD8, ..] or [0xFF, 0x4F, 0xFF, 0x51, ..] or [0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20];
}
