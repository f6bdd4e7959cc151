using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Pixels;
using Tat.MLNet.Formats.Dicom.Quantities;

namespace Tat.MLNet.Formats.Dicom.Series;

/// <summary>When a slice was acquired, in seconds from some time that all slices of a series have in common.</summary>
/// <param name="Trigger">After the heart beat or other trigger (Trigger Time, PS3.3, section C.8.3.1; Nominal Cardiac Trigger Delay
/// Time).</param>
/// <param name="Reference">Of a PET frame: Frame Reference Time (PS3.3, section C.8.9.4), or Frame Reference DateTime.</param>
/// <param name="Acquired">By the clock: when the acquisition began.</param>
/// <param name="Resolution">The time from one image to the next, where the series tells it (Temporal Resolution).</param>
internal readonly record struct SliceTimes(double? Trigger, double? Reference, double? Acquired, double? Resolution)
{
    private const double Milliseconds = 1e-3;
    private const double SecondsOfDay = 86400;

    /// <summary>How much of a step, and how many seconds, a time may be off: clocks are written in steps of their own.</summary>
    private const double Jitter = 0.02;

    /// <summary>The times of a frame; <see langword="null"/> for what is absent or damaged.</summary>
    public static SliceTimes Of(DicomDataSet dataSet, int frame)
    {
        var zone = DicomDateTime.Zone(dataSet);
        var content = FunctionalGroups.Find(dataSet, frame, Tags.FrameContentSequence);
        double? Clock(DateTime? time) => time is { } at ? (at - DateTime.UnixEpoch).TotalSeconds : null;
        double? Number(DicomTag tag) => dataSet.TryGetDoubles(tag) is [var number, ..] ? number * Milliseconds : null;
        double? OfFrame(DicomTag tag) => content is null ? null : Clock(DicomDateTime.Of(content, tag, zone));
        double? OfMacro(DicomTag macro, DicomTag tag) =>
            FunctionalGroups.Find(dataSet, frame, macro)?.TryGetDoubles(tag) is [var number, ..] ? number * Milliseconds : null;
        return new(
            OfMacro(Tags.CardiacSynchronizationSequence, Tags.NominalCardiacTriggerDelayTime) ?? Number(Tags.TriggerTime),
            OfFrame(Tags.FrameReferenceDateTime) ?? Number(Tags.FrameReferenceTime),
            OfFrame(Tags.FrameAcquisitionDateTime) ?? Clock(DicomDateTime.Of(dataSet, Tags.AcquisitionDateTime, zone))
                ?? Clock(DicomDateTime.Of(dataSet, Tags.AcquisitionDate, Tags.AcquisitionTime))
                ?? DicomDateTime.Time(dataSet, Tags.AcquisitionTime)?.TotalSeconds,
            Number(Tags.TemporalResolution));
    }

    /// <summary>
    /// The seconds from one volume to the next, by the first of trigger, reference and clock that tells volumes apart, else by what the
    /// series says; <see langword="null"/> where none does, or volumes are not equally far apart.
    /// </summary>
    /// <param name="volumes">The times of the slices at one position, volume by volume.</param>
    public static double? StepOf(IReadOnlyList<SliceTimes> volumes)
    {
        if (volumes.Count < 2)
        {
            return null;
        }

        foreach (var times in (Func<SliceTimes, double?>[])[time => time.Trigger, time => time.Reference, time => time.Acquired])
        {
            double?[] measured = [.. volumes.Select(times)];
            if (measured.All(time => time is not null) && measured.Distinct().Count() == measured.Length)
            {
                return StepOf([.. measured.Select(time => time!.Value)]);
            }
        }

        return volumes[0].Resolution is > 0 and var resolution && volumes.All(volume => volume.Resolution == resolution)
            && volumes.All(volume => volume.Acquired is null)
            ? resolution
            : null;
    }

    /// <summary>A time of day that falls goes on after midnight.</summary>
    private static double? StepOf(double[] times)
    {
        for (var i = 1; i < times.Length; i++)
        {
            times[i] += times[i] < times[i - 1] && times[0] is >= 0 and < SecondsOfDay && times[i - 1] - times[i] > SecondsOfDay / 2
                ? SecondsOfDay
                : 0;
        }

        var step = (times[^1] - times[0]) / (times.Length - 1);
        var tolerance = Math.Max(Jitter * step, times.All(time => time == Math.Floor(time)) ? 1 : Jitter);
        return step > 0 && times.Index().All(time => Math.Abs(time.Item - times[0] - (time.Index * step)) <= tolerance)
            ? Math.Round(step, 6)
            : null;
    }
}
