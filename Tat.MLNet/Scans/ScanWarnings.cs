using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Contracts;
using Tat.MLNet.Formats.Dicom.Series;

namespace Tat.MLNet.Scans;

/// <summary>What to know of a scan that was read.</summary>
internal static class ScanWarnings
{
    public static IEnumerable<string> Of(IImageScan scan) => scan switch
    {
        ReslicedScan resliced => Of(resliced.Source),
        DicomScan dicom => [.. dicom.Problems, .. dicom.LeftOut.Select(file => file.ToString())],
        _ => [],
    };
}
