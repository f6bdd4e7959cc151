using System.Collections;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Pixels;
using Tat.MLNet.Formats.Dicom.Reading;
using Tat.Torch.Files;

namespace Tat.MLNet.Formats.Dicom.Series;

/// <summary>The frames of one object as slices, made when asked for: a damaged header can promise a million of them.</summary>
internal sealed class FrameList(DicomObject source, PixelLayout layout, ImageReadOptions options) : IReadOnlyList<DicomSlice>
{
    /// <summary>Bytes that a slice without its pixels takes.</summary>
    private const int SliceSize = 512;

    /// <summary>The frames of an object.</summary>
    /// <exception cref="DicomDataException">It is no image that can be read, or has more frames than its length allows.</exception>
    public static FrameList Of(DicomObject source, ImageReadOptions options, MemoryMeter meter)
    {
        var layout = PixelLayout.Of(source, options.Budget);
        CheckGroups(source.DataSet, layout.Frames);
        try
        {
            meter.Take((long)SliceSize * layout.Frames);
        }
        catch (InvalidDataException exception)
        {
            throw new DicomDataException($"it has {MessageText.Amount(layout.Frames, "frame")}: {exception.Message}.", exception);
        }

        return new(source, layout, options);
    }

    public int Count => layout.Frames;

    private PixelMemory? Memory { get; init; }

    public DicomSlice this[int index] => SliceReader.Read(source, layout, index, options) with { Memory = Memory };

    /// <summary>The same frames, which are kept once they are decoded.</summary>
    public FrameList KeptIn(PixelMemory memory) => new(source, layout, options) { Memory = memory };

    public IEnumerator<DicomSlice> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>
    /// Items of frames that are none, or frames without an item, leave open whose position and rescale an item has (PS3.3, section
    /// C.7.6.16.1).
    /// </summary>
    private static void CheckGroups(DicomDataSet dataSet, int frames)
    {
        var groups = dataSet.GetItems(Tags.PerFrameFunctionalGroupsSequence).Count;
        if (groups > 0 && groups != frames)
        {
            throw new DicomDataException(
                $"{Tags.Name(Tags.NumberOfFrames)} is {frames}, and {Tags.Name(Tags.PerFrameFunctionalGroupsSequence)} has "
                + $"{MessageText.Amount(groups, "item")}, "
                + "of which each frame needs one: which belong together is not known; repair the header.");
        }
    }
}
