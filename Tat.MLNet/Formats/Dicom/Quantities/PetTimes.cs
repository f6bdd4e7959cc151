using System.Globalization;
using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Quantities;

/// <summary>Finds the time to which a PET image with Decay Correction START is corrected, and how long after the injection it is.</summary>
internal static class PetTimes
{
    private const string GePetCreator = "GEMS_PETD_01";

    /// <summary>Dynamic scans start shortly before the injection: by no more than this, in seconds.</summary>
    private const double LongestLead = 600;

    /// <summary>
    /// More half-lives than this leave nothing to see: dates that say so were changed, or the half-life is in another unit.
    /// </summary>
    private const double LongestDecay = 20;

    /// <summary>When the image was acquired, and the time that it is corrected to as far as this image alone can tell.</summary>
    /// <param name="dataSet">The image.</param>
    /// <param name="drug">Its item of the Radiopharmaceutical Information Sequence.</param>
    /// <param name="halfLife">Half-life in seconds.</param>
    public static PetDecay Of(DicomDataSet dataSet, DicomDataSet drug, double halfLife)
    {
        var zone = DicomDateTime.Zone(dataSet);
        var acquisition = DicomDateTime.Of(dataSet, Tags.AcquisitionDate, Tags.AcquisitionTime)
            ?? DicomDateTime.Of(dataSet, Tags.AcquisitionDateTime, zone);
        var reference = ReferenceTime(dataSet, acquisition, halfLife);
        var lead = dataSet.GetString(Tags.SeriesType) == "DYNAMIC" ? LongestLead : 0;
        var injection = Injection(drug, zone);

        // De-identification may move the dates of one element and not of the other: the time of day remains.
        if ((reference.Time - injection.Time)?.TotalSeconds is not { } seconds || seconds < -lead || seconds > LongestDecay * halfLife)
        {
            seconds = SinceTimeOfDay(reference.Time, injection.Clock);
        }

        if (seconds < -lead)
        {
            throw PetQuantities.Refuse(string.Create(CultureInfo.InvariantCulture,
                $@"{Tags.Name(injection.Tag)}, {injection.Clock:hh\:mm\:ss}, is {-seconds:0} s later than the scan, "
                + $"whose {Tags.Name(reference.Tag)} is {reference.Time:HH:mm:ss}"));
        }

        return seconds <= LongestDecay * halfLife
            ? new(halfLife, seconds, acquisition)
            : throw PetQuantities.Refuse(string.Create(CultureInfo.InvariantCulture,
                $"the injection was more than {LongestDecay} half-lives before the scan, which would have nothing to show; "
                + $"{Tags.Name(Tags.RadionuclideHalfLife)} is in s, and may be in another unit"));
    }

    /// <summary>
    /// When the drug was given, in the local time of the object. Its time of day is in the time base of the series, and comes first where
    /// the date and time has a zone that cannot be taken to that of the object (PS3.5, section 6.2, DT): the difference of the two is
    /// unknown then, and is not guessed.
    /// </summary>
    private static (DateTime? Time, TimeSpan Clock, DicomTag Tag) Injection(DicomDataSet drug, TimeSpan? zone)
    {
        var told = DicomDateTime.Of(drug, Tags.RadiopharmaceuticalStartDateTime, zone);
        if (told is { } time && (zone is not null || !DicomDateTime.HasZone(drug, Tags.RadiopharmaceuticalStartDateTime)))
        {
            return (time, time.TimeOfDay, Tags.RadiopharmaceuticalStartDateTime);
        }

        if (DicomDateTime.Time(drug, Tags.RadiopharmaceuticalStartTime) is { } clock)
        {
            return (null, clock, Tags.RadiopharmaceuticalStartTime);
        }

        throw PetQuantities.Refuse(told is null
            ? $"{Tags.Name(Tags.RadiopharmaceuticalStartTime)} and {Tags.Name(Tags.RadiopharmaceuticalStartDateTime)} are missing"
            : $"{Tags.Name(Tags.RadiopharmaceuticalStartDateTime)} is in a time zone, and the times of the scan are in one that "
                + $"{Tags.Name(Tags.TimezoneOffsetFromUtc)} does not tell");
    }

    /// <summary>
    /// A time without a date is of the day of the scan; where that is half a day later than the scan, of the day before: the scan was after
    /// midnight.
    /// </summary>
    private static double SinceTimeOfDay(DateTime reference, TimeSpan clock)
    {
        var seconds = (reference.TimeOfDay - clock).TotalSeconds;
        return seconds < -43200 ? seconds + 86400 : seconds;
    }

    /// <summary>
    /// Series Date and Time, unless they are later than the acquisition: they are then those of some processing, and the private time of
    /// GE, the frame's own reference time, or the acquisition itself tells.
    /// </summary>
    private static (DateTime Time, DicomTag Tag) ReferenceTime(DicomDataSet dataSet, DateTime? acquisition, double halfLife)
    {
        var series = DicomDateTime.Of(dataSet, Tags.SeriesDate, Tags.SeriesTime);
        if (series is { } start && (acquisition is null || start <= acquisition))
        {
            return (start, Tags.SeriesTime);
        }

        if (dataSet.FindPrivate(0x0009, GePetCreator, 0x0D) is { } scanDateTime
            && DicomDateTime.Of(dataSet, scanDateTime, DicomDateTime.Zone(dataSet)) is { } scan)
        {
            return (scan, scanDateTime);
        }

        if (acquisition is null)
        {
            throw PetQuantities.Refuse($"{Tags.Name(Tags.SeriesTime)} and {Tags.Name(Tags.AcquisitionTime)} are missing");
        }

        return (BackFromFrame(dataSet, acquisition.Value, halfLife) ?? acquisition.Value, Tags.AcquisitionTime);
    }

    /// <summary>
    /// The average count rate of a frame occurs at Frame Reference Time after the reference time, and a known while after the frame began,
    /// as the activity decays during the frame.
    /// </summary>
    private static DateTime? BackFromFrame(DicomDataSet dataSet, DateTime acquisition, double halfLife)
    {
        if (dataSet.TryGetDoubles(Tags.FrameReferenceTime) is not [> 0 and var frameReference, ..]
            || dataSet.TryGetDoubles(Tags.ActualFrameDuration) is not [> 0 and var duration, ..])
        {
            return null;
        }

        var constant = Math.Log(2) / halfLife;
        var decay = constant * duration / 1000;
        var average = Math.Log(decay / (1 - Math.Exp(-decay))) / constant;
        return DicomDateTime.Later(acquisition, average - (frameReference / 1000));
    }
}

/// <summary>The decay correction of a PET image.</summary>
/// <param name="HalfLife">Half-life in seconds.</param>
/// <param name="Seconds">Seconds from the injection to the time that the image is corrected to.</param>
/// <param name="Acquisition">When the image was acquired, in local time; <see langword="null"/> where it does not tell.</param>
internal sealed record PetDecay(double HalfLife, double Seconds, DateTime? Acquisition);
