using Tat.MLNet.Formats.Dicom.Codecs;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Pixels;
using Tat.MLNet.Formats.Dicom.Providers;
using Tat.MLNet.Formats.Dicom.Reading;
using Tat.MLNet.Formats.Dicom.Series;

namespace Tat.MLNet.Formats.Dicom.Writing;

/// <summary>Reads an object that was written and compares it with what was to be written.</summary>
internal static class DerivedCheck
{
    /// <summary>Compares elements and stored pixels, and the values and the place of each frame with those that were restored.</summary>
    /// <exception cref="ImageFormatException">They differ.</exception>
    public static void ReadBack(ImageContent file, DicomDataSet expected, byte[] pixels, DerivedFrames frames)
    {
        try
        {
            var read = DicomProviders.Current.Read(file);
            using var written = read.Pixels;
            var same = IsSame(expected, read.DataSet) && read.Pixels is { } source && source.Length >= pixels.Length
                && source.Read(0, pixels.Length).AsSpan().SequenceEqual(pixels);
            if (!same)
            {
                throw new DicomDataException("what was written is not what is read back; check the disk and write again.");
            }

            var layout = PixelLayout.Of(read, new() { SliceLimit = long.MaxValue });
            for (var frame = 0; frame < layout.Frames; frame++)
            {
                CheckFrame(read, layout, frame, frames);
            }
        }
        catch (DicomDataException exception)
        {
            throw exception.At(file.Name);
        }
    }

    private static void CheckFrame(DicomObject read, PixelLayout layout, int frame, DerivedFrames frames)
    {
        if (frames.Slices[frame].Plane != PatientPlane.Of(read.DataSet, frame))
        {
            throw new DicomDataException($"frame {frame + 1} lies elsewhere than the image that was restored; the result is not kept.");
        }

        var tolerance = frames.Tolerance(frame);
        var transform = ModalityTransform.Of(read.DataSet, frame, layout.Signed);
        var stored = StoredPixels.Unpack(FrameReader.Read(read, layout, frame), layout);
        for (var i = 0; i < stored.Length; i++)
        {
            // Not "larger than": a value that is no number is none of the restored ones.
            if (!(Math.Abs(transform.Apply(stored[i]) - frames.ValueAt(frame, i)) <= tolerance))
            {
                throw new DicomDataException(
                    $"frame {frame + 1} does not hold the values that were restored at its position; the result is not kept.");
            }
        }
    }

    private static bool IsSame(DicomDataSet expected, DicomDataSet actual) =>
        expected.Count == actual.Count && expected.Zip(actual).All(pair => IsSame(pair.First, pair.Second));

    private static bool IsSame(DicomElement expected, DicomElement actual)
    {
        if (expected.Tag != actual.Tag || expected.Items is null != actual.Items is null)
        {
            return false;
        }

        return expected.Items is { } items
            ? items.Count == actual.Items!.Count && items.Zip(actual.Items).All(pair => IsSame(pair.First, pair.Second))
            : Trimmed(expected).SequenceEqual(Trimmed(actual));
    }

    /// <summary>Values are padded to an even length.</summary>
    private static ReadOnlySpan<byte> Trimmed(DicomElement element) => element.Value.AsSpan().TrimEnd((byte)' ').TrimEnd((byte)0);
}
