using System.Globalization;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Pixels;

namespace Tat.MLNet.Formats.Dicom.Series;

/// <summary>What images of the same position may differ by: the elements that tell the volumes of a series apart.</summary>
internal static class SliceDimensions
{
    /// <summary>What people call them, in the order in which volumes are sorted.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [
            "stack", "image type", "temporal position", "trigger time", "b-value", "diffusion direction", "echo time", "acquisition",
            "frame reference time", "acquisition time",
        ];

    /// <summary>Whether volumes that differ by a dimension may lie anywhere: stacks and acquisitions.</summary>
    public static bool AreStacks(int dimension) => Names[dimension] is "stack" or "acquisition";

    /// <summary>
    /// Whether volumes that differ by a dimension have a table of their own: gradients, which tables list in the order of the scan.
    /// </summary>
    public static bool HasTable(int dimension) => Names[dimension] is "diffusion direction";

    /// <summary>
    /// The values of a slice, in the order of <see cref="Names"/>; what is absent or cannot be read is null or empty, and equals itself.
    /// </summary>
    public static DimensionValue[] Of(DicomDataSet dataSet, int frame)
    {
        DimensionValue Number(DicomTag macro, DicomTag inMacro, params DicomTag[] tags) => new(
            FunctionalGroups.Find(dataSet, frame, macro)?.TryGetDoubles(inMacro) is [var own, ..] ? own
                : tags.Select(tag => dataSet.TryGetDoubles(tag) is [var number, ..] ? number : (double?)null)
                    .FirstOrDefault(number => number is not null),
            "");

        var content = FunctionalGroups.Find(dataSet, frame, Tags.FrameContentSequence);
        var type = FunctionalGroups.Find(dataSet, frame, Tags.MrImageFrameTypeSequence);
        var diffusion = FunctionalGroups.Find(dataSet, frame, Tags.MrDiffusionSequence);
        var gradient = diffusion?.GetItem(Tags.DiffusionGradientDirectionSequence)?.TryGetDoubles(Tags.DiffusionGradientOrientation)
            ?? dataSet.TryGetDoubles(Tags.DiffusionGradientOrientation) ?? [];
        var weighting = Number(Tags.MrDiffusionSequence, Tags.DiffusionBValue, Tags.DiffusionBValue);
        return
        [
            new(null, content?.GetString(Tags.StackId) ?? ""),
            new(null, string.Join('\\', (type?.GetStrings(Tags.FrameType) ?? dataSet.GetStrings(Tags.ImageType)).Append(
                type?.GetString(Tags.ComplexImageComponent)))),
            Number(Tags.FrameContentSequence, Tags.TemporalPositionIndex, Tags.TemporalPositionIdentifier),
            Number(Tags.CardiacSynchronizationSequence, Tags.NominalCardiacTriggerDelayTime, Tags.TriggerTime),
            weighting.Number is null ? new(PrivateDiffusion.BValue(dataSet), "") : weighting,
            new(null, string.Join(' ', (gradient.Length > 0
                ? gradient
                : PrivateDiffusion.Direction(dataSet)).Select(part => part.ToString("F6", CultureInfo.InvariantCulture)))),
            Number(Tags.MrEchoSequence, Tags.EffectiveEchoTime, Tags.EchoTime, Tags.EchoNumbers),
            Number(Tags.FrameContentSequence, Tags.FrameAcquisitionNumber, Tags.AcquisitionNumber),
            Number(Tags.FrameContentSequence, Tags.FrameReferenceDateTime, Tags.FrameReferenceTime),
            Number(Tags.FrameContentSequence, Tags.FrameAcquisitionDateTime, Tags.AcquisitionTime),
        ];
    }
}

/// <summary>A value that can be ordered: a number, or else a text.</summary>
internal readonly record struct DimensionValue(double? Number, string Text) : IComparable<DimensionValue>
{
    /// <summary>Whether the image does not tell it.</summary>
    public bool IsAbsent => Number is null && Text.Length == 0;

    public int CompareTo(DimensionValue other) =>
        Nullable.Compare(Number, other.Number) is not 0 and var order ? order : string.CompareOrdinal(Text, other.Text);
}
