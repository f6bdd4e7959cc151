namespace Tat.MLNet.Formats.Dicom;

/// <summary>The distance between the frames of one object.</summary>
internal static class FrameSpacing
{
    /// <summary>The distance in mm where all neighbouring frames are equally far apart along their normal; otherwise what the header says, if anything.</summary>
    public static double? Of(DicomDataSet dataSet, IReadOnlyList<DicomSlice> frames)
    {
        var groups = Math.Min(frames.Count, dataSet.GetItems(Tags.PerFrameFunctionalGroupsSequence).Count);
        var planes = Enumerable.Range(0, groups).Select(frame => PatientPlane.Of(dataSet, frame)).ToList();
        if (planes.Count > 1 && planes.TrueForAll(plane => plane is not null))
        {
            var normal = planes[0]!.Normal;
            var steps = Enumerable.Range(1, planes.Count - 1).Select(i => Math.Abs((planes[i]!.Position - planes[i - 1]!.Position).Dot(normal))).ToList();
            return steps[0] > 0 && steps.TrueForAll(step => Math.Abs(step - steps[0]) < 0.02 * steps[0]) ? steps[0] : null;
        }

        return FunctionalGroups.GetDoubles(dataSet, 0, Tags.PixelMeasuresSequence, Tags.SpacingBetweenSlices) is [> 0 and var spacing, ..] ? spacing : frames[0].Thickness;
    }
}
