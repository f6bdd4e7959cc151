using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Series;

namespace Tat.MLNet.Formats.Dicom.Writing;

/// <summary>The pixels of a derived object, with the elements that describe them.</summary>
/// <param name="slices">The frames of the source object, in its order.</param>
internal abstract class DerivedFrames(IReadOnlyList<DicomSlice> slices)
{
    /// <summary>The frames of the source.</summary>
    public IReadOnlyList<DicomSlice> Slices { get; } = slices;

    /// <summary>Whether stored values are those of the source, and with them what the source says of them.</summary>
    public abstract bool KeepsStoredValues { get; }

    /// <summary>How far off what is read back may be.</summary>
    public abstract double Tolerance(int frame);

    /// <summary>What is stored of a frame, in modality values.</summary>
    public abstract double ValueAt(int frame, int pixel);

    /// <summary>Sets the elements that describe the pixels.</summary>
    /// <returns>The value of Pixel Data, of even length.</returns>
    public abstract byte[] Describe(DicomDataSet dataSet);
}
