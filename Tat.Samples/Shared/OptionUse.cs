using System.CommandLine;
using Tat.MLNet.Formats;
using Tat.MLNet.Scans;

namespace Tat.Samples.Shared;

/// <summary>Refuses options that mean nothing for the images there are, which is known when they have been found.</summary>
internal static class OptionUse
{
    private static readonly string _dicom = new Tat.MLNet.Formats.Dicom.DicomFormat().Name;

    /// <summary>Whether an option was typed.</summary>
    public static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    /// <summary>Refuses options that were typed and mean nothing.</summary>
    /// <param name="parsed">The arguments.</param>
    /// <param name="options">Options that are for images of some kind.</param>
    /// <param name="kind">That kind.</param>
    /// <param name="isThere">Whether there is one; asked where an option was typed.</param>
    /// <exception cref="InvalidDataException">One was typed, and there is none.</exception>
    public static void Check(ParseResult parsed, IEnumerable<Option> options, string kind, Func<bool> isThere)
    {
        if (options.FirstOrDefault(option => IsGiven(parsed, option)) is { } given && !isThere())
        {
            throw new InvalidDataException($"{given.Name} is for {kind}, and there is none here: leave it out.");
        }
    }

    /// <summary>Refuses options of DICOM where no image is of that format.</summary>
    /// <exception cref="InvalidDataException">One was typed.</exception>
    public static void CheckDicom(ParseResult parsed, IEnumerable<Option> options, IEnumerable<ScanSource> scans) =>
        Check(parsed, options, _dicom, () => scans.Any(IsDicom));

    /// <summary>Refuses an option of PET in DICOM where no image can be that.</summary>
    /// <exception cref="InvalidDataException">It was typed.</exception>
    public static void CheckPet(ParseResult parsed, Option option, IEnumerable<ScanSource> scans) =>
        Check(parsed, [option], $"PET in {_dicom}", () => scans.Any(scan => IsDicom(scan) && MayBePet(scan)));

    /// <summary>Whether an image is of the DICOM format.</summary>
    public static bool IsDicom(ScanSource scan) =>
        scan.SeriesInstanceUid is not null || ImageFormats.All.FirstOrDefault(format => format.Recognizes(scan.Path))?.Name == _dicom;

    /// <summary>The modality of a scan; <see langword="null"/> where it does not tell.</summary>
    /// <exception cref="ImageFormatException">It is a file that cannot be read.</exception>
    public static string? ModalityOf(ScanSource scan)
    {
        if (scan.Modality is { } known)
        {
            return known;
        }

        using var opened = scan.Open();
        return opened.Modality;
    }

    /// <summary>Whether a scan is one of PET, or cannot be read, which is told where it is read.</summary>
    private static bool MayBePet(ScanSource scan)
    {
        try
        {
            return ModalityOf(scan) == "PT";
        }
        catch (ImageFormatException)
        {
            return true;
        }
    }
}
