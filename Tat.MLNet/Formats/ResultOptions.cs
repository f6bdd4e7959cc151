using Tat.MLNet.Formats.Dicom;
using Tat.MLNet.Formats.Nifti;

namespace Tat.MLNet.Formats;

/// <summary>Reads from results with which options they were made.</summary>
internal static class ResultOptions
{
    /// <summary>Reads the digest of the options.</summary>
    /// <param name="result">A file, or the folder of a series.</param>
    /// <returns>It; <see langword="null"/> where the result is of another origin, of a format that records nothing, or damaged.</returns>
    public static string? DigestOf(string result)
    {
        try
        {
            return NiftiPaths.EndingOf(result) is not null
                ? NiftiFile.Open(NiftiContents.Of(result), new ImageReadOptions().Budget).Header.OptionsDigest
                : Directory.Exists(result)
                ? Directory.EnumerateFiles(result, "*.dcm", SearchOption.AllDirectories).Select(DigestOf).FirstOrDefault()
                : new DicomFormat().Recognizes(result) ? DicomHeader.Read(result).OptionsDigest : null;
        }
        catch (Exception problem) when (problem is IOException or ImageFormatException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
