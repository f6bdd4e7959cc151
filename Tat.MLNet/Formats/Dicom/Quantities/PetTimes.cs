using System.Globalization;
using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Quantities;

/// <summary>Finds the time to which a PET image with Decay Correction START is corrected, and how long after the injection it is.</summary>
internal static class PetTimes
{
    private const string GePetCreator = "GEMS_PETD_01";

    /// <summary>Dynamic scans start shortly before the injection; more than this is damage.</summary>
    private const double LongestLead = 3600;

    /// <summary>More half-lives than this leave nothing to see: dates that say so were changed, or the half-life is in another unit.</summary>
    private const double LongestDecay = 20;

    /// <summary>When the image was acquired, and the time that it is corrected to as far as this image alone can tell.</summary>
    /// <param name="dataSet">The image.</param>
    /// <param name="drug">Its item of the Radiopharmaceutical Information Sequence.</param>
    /// <param name="halfLife">Half-life in seconds.</param>
    public static PetDecay Of(DicomDataSet dataSet, DicomDataSet drug, double halfLife)
    {
        var acquisition = DicomDateTime.Of(dataSet, Tags.AcquisitionDate, Tags.AcquisitionTime)
            ?? DicomDateTime.Of(dataSet, Tags.AcquisitionDateTime, DicomDateTime.Zone(dataSet));
        var reference = ReferenceTime(dataSet, acquisition, halfLife);
        var zone = DicomDateTime.Zone(dataSet);
        var clock = DicomDateTime.Time(drug, Tags.RadiopharmaceuticalStartTime);
        double seconds;

        // The time of day is in the time base of the series: it tells the hour where only the date and time has a zone.
        if (DicomDateTime.Of(drug, Tags.RadiopharmaceuticalStartDateTime, zone) is { } injected &&
            (clock is null || zone is not null || !DicomDateTime.HasZone(drug, Tags.RadiopharmaceuticalStartDateTime)))
        {
            // De-identification may move the dates of one element and not of the other: the time of day remains.
            seconds = (reference - injected).TotalSeconds;
            seconds = seconds < -LongestLead || seconds > LongestDecay * halfLife ? SinceTimeOfDay(reference, injected.TimeOfDay) : seconds;
        }
        else if (clock is not null)
        {
            seconds = SinceTimeOfDay(reference, clock.Value);
        }
        else
        {
            throw PetQuantities.Refuse($"{Tags.Name(Tags.RadiopharmaceuticalStartTime)} and {Tags.Name(Tags.RadiopharmaceuticalStartDateTime)} are missing");
        }

        if (seconds < -LongestLead)
        {
            throw PetQuantities.Refuse("the injection is later than the scan");
        }

        return seconds <= LongestDecay * halfLife ? new(halfLife, seconds, acquisition) : throw PetQuantities.Refuse(string.Create(CultureInfo.InvariantCulture,
            $"the injection was more than {LongestDecay} half-lives before the scan, which would have nothing to show; {Tags.Name(Tags.RadionuclideHalfLife)} is in s, and may be in another unit"));
    }

    /// <summary>A time without a date is of the day of the scan; where that is half a day later than the scan, of the day before: the scan was after midnight.</summary>
    private static double SinceTimeOfDay(DateTime reference, TimeSpan clock)
    {
        var seconds = (reference.TimeOfDay - clock).TotalSeconds;
        return seconds < -43200 ? seconds + 86400 : seconds;
    }

    /// <summary>
    /// Series Date and Time, unless they are later than the acquisition: they are then those of some processing, and the private time of
    /// GE, the frame's own reference time, or the acquisition itself tells.
    /// </summary>
    private static DateTime ReferenceTime(DicomDataSet dataSet, DateTime? acquisition, double halfLife)
    {
        var series = DicomDateTime.Of(dataSet, Tags.SeriesDate, Tags.SeriesTime);
        if (series is { } start && (acquisition is null || start <= acquisition))
        {
            return start;
        }

        if (dataSet.FindPrivate(0x0009, GePetCreator, 0x0D) is { } scanDateTime && DicomDateTime.Of(dataSet, scanDateTime, DicomDateTime.Zone(dataSet)) is { } scan)
        {
            return scan;
        }

        if (acquisition is null)
        {
            throw PetQuantities.Refuse($"{Tags.Name(Tags.SeriesTime)} and {Tags.Name(Tags.AcquisitionTime)} are missing");
        }

        return BackFromFrame(dataSet, acquisition.Value, halfLife) ?? acquisition.Value;
    }

    /// <summary>
    /// The average count rate of a frame occurs at Frame Reference Time after the reference time, and a known while after the frame began,
    /// as the activity decays during the frame.
    /// </summary>
    private static DateTime? BackFromFrame(DicomDataSet dataSet, DateTime acquisition, double halfLife)
    {
        if (dataSet.TryGetDoubles(Tags.FrameReferenceTime) is not [> 0 and var frameReference, ..] || dataSet.TryGetDoubles(Tags.ActualFrameDuration) is not [> 0 and var duration, ..])
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
