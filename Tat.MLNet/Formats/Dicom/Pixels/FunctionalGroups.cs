using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Pixels;

/// <summary>The functional groups of enhanced multi-frame objects (PS3.3, section C.7.6.16).</summary>
internal static class FunctionalGroups
{
    /// <summary>The macro of a frame: its own one, or the one that all frames share; <see langword="null"/> where there is none.</summary>
    /// <param name="dataSet">The object.</param>
    /// <param name="frame">0 … frames − 1.</param>
    /// <param name="sequence">The sequence that is the macro.</param>
    public static DicomDataSet? Find(DicomDataSet dataSet, int frame, DicomTag sequence)
    {
        var frames = dataSet.GetItems(Tags.PerFrameFunctionalGroupsSequence);
        return (frame < frames.Count ? frames[frame].GetItem(sequence) : null)
            ?? dataSet.GetItem(Tags.SharedFunctionalGroupsSequence)?.GetItem(sequence);
    }

    /// <summary>
    /// Values of a frame, of its macro or of the object itself; none where what is there is no number, as pixels do not need it.
    /// </summary>
    public static double[] GetDoubles(DicomDataSet dataSet, int frame, DicomTag sequence, DicomTag tag) =>
        Find(dataSet, frame, sequence)?.TryGetDoubles(tag) is { Length: > 0 } values ? values : dataSet.TryGetDoubles(tag) ?? [];
}
