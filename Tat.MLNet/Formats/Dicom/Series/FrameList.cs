using System.Collections;
using Tat.MLNet.Formats.Dicom.Pixels;
using Tat.MLNet.Formats.Dicom.Reading;

namespace Tat.MLNet.Formats.Dicom.Series;

/// <summary>The frames of one object as slices, made when asked for: a damaged header can promise a million of them.</summary>
internal sealed class FrameList(DicomObject source, PixelLayout layout, ImageReadOptions options) : IReadOnlyList<DicomSlice>
{
    public int Count => layout.Frames;

    public DicomSlice this[int index] => SliceReader.Read(source, layout, index, options);

    public IEnumerator<DicomSlice> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
