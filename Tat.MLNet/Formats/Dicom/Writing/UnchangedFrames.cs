using System.Globalization;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Series;
using Tat.Torch.Imaging;

namespace Tat.MLNet.Formats.Dicom.Writing;

/// <summary>
/// The pixels of an object in which nothing was changed: the words of the source, decompressed, so that its stored values, its rescale and
/// whatever else it says of them stay as they are, to the last bit.
/// </summary>
/// <param name="slices">The frames of the source object, in its order.</param>
internal sealed class UnchangedFrames(IReadOnlyList<DicomSlice> slices) : DerivedFrames(slices)
{
    private (int Frame, int[] Stored)? _last;

    /// <summary>Whether restored frames have the values of the source; padding has none of its own.</summary>
    public static bool Are(IReadOnlyList<DicomSlice> slices, IReadOnlyList<ImageSlice> restored) =>
        slices.Zip(restored).All(pair => IsUnchanged(pair.First, pair.Second));

    public override bool KeepsStoredValues => true;

    public override double Tolerance(int frame) => 0;

    public override double ValueAt(int frame, int pixel)
    {
        if (_last?.Frame != frame)
        {
            _last = (frame, Slices[frame].ReadStored());
        }

        return Slices[frame].Transform.Apply(_last.Value.Stored[pixel]);
    }

    public override byte[] Describe(DicomDataSet dataSet)
    {
        if (dataSet.Contains(Tags.NumberOfFrames))
        {
            dataSet.SetText(Tags.NumberOfFrames, DicomVr.IS, Slices.Count.ToString(CultureInfo.InvariantCulture));
        }

        var size = Slices[0].Layout.FrameBytes;
        var bytes = new byte[checked((Slices.Count * size) + (Slices.Count * size % 2))];
        foreach (var (frame, slice) in Slices.Index())
        {
            slice.ReadWords().AsSpan(0, size).CopyTo(bytes.AsSpan(frame * size));
        }

        return bytes;
    }

    private static bool IsUnchanged(DicomSlice slice, ImageSlice restored)
    {
        if (slice.Layout.Floating || restored.Height != slice.Layout.Rows || restored.Width != slice.Layout.Columns)
        {
            return false;
        }

        var (values, padding) = (slice.Read().Pixels, slice.Padding);
        var stored = padding is null ? null : slice.ReadStored();
        for (var i = 0; i < values.Length; i++)
        {
            if (!values[i].Equals(restored.Pixels[i]) && !(stored is not null && padding!.Value.Holds(stored[i])))
            {
                return false;
            }
        }

        return true;
    }
}
