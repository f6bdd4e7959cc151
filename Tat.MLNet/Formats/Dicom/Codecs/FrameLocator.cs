using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Reading;
using Tat.Torch.Files;

namespace Tat.MLNet.Formats.Dicom.Codecs;

/// <summary>Finds the fragments of a frame of encapsulated pixels (PS3.5, annex A.4).</summary>
internal static class FrameLocator
{
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
        // Fragments come in the order of their positions.
        var position = fragments[0].Position + offset;
        var (low, high) = (0, fragments.Count - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = fragments[middle].Position < position ? (middle + 1, high) : (low, middle);
        }

        return fragments[low].Position == position ? low : -1;
    }

    /// <summary>Without a table a frame begins with the fragment that begins with a JPEG start-of-image marker.</summary>
    private static (int First, int Count) ByStartOfImage(IPixelSource pixels, int frame, int frames)
    {
        var fragments = pixels.Fragments!;
        var starts = pixels.ImageStarts;
        if (starts.Count != frames || starts[0] != 0)
        {
            throw new DicomDataException(
                $"{MessageText.Amount(fragments.Count, "fragment holds", "fragments hold")} {MessageText.Amount(frames, "frame")} and "
                + "nothing tells where each begins; the file is damaged.");
        }

        var end = frame + 1 < frames ? starts[frame + 1] : fragments.Count;
        return (starts[frame], end - starts[frame]);
    }
}
