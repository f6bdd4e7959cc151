using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Reading;

namespace Tat.MLNet.Formats.Dicom.Codecs;

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

    /// <summary>Without a table a frame begins with the fragment that begins with a JPEG start-of-image marker.</summary>
    private static (int First, int Count) ByStartOfImage(IPixelSource pixels, int frame, int frames)
    {
        var fragments = pixels.Fragments!;
        var starts = new List<int>();
        for (var i = 0; i < fragments.Count; i++)
        {
            if (pixels.ReadStart(i) is [0xFF, 0xD8])
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
}
