using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Contracts;
using Tat.MLNet.Formats.Dicom;
using Tat.MLNet.Formats.Dicom.Series;
using Tat.MLNet.Formats.Nifti;
using Tat.Torch.Imaging;

namespace Tat.MLNet.Scans;

/// <summary>Writes a restored scan to where the caller wants it, and never over its source.</summary>
internal static class ScanWriter
{
    private static readonly NiftiFormat _nifti = new();

    /// <summary>Writes the result in the source's format, or as NIfTI where its name asks for that; what is there is replaced once the new result is complete.</summary>
    /// <exception cref="IOException">The destination is there and is not to be replaced, or holds more than images of that format, or is the source.</exception>
    /// <exception cref="InvalidDataException">The destination names one DICOM file, and the source is not one.</exception>
    public static IReadOnlyList<WrittenFile> Write(IImageScan scan, string destination, IEnumerable<ImageSlice> slices, DerivedImageOptions options, bool overwrite, CancellationToken cancellationToken)
    {
        IImageFormat format = NiftiPaths.EndingOf(destination) is null ? scan.Format : _nifti;
        RefuseSource(scan, destination);
        if (format is NiftiFormat && scan is DicomScan { IsMosaic: true })
        {
            throw new InvalidDataException($"'{scan.Path}' holds Siemens mosaics, whose tiles are slices; restore them as DICOM, or convert them to NIfTI with dcm2niix first.");
        }

        if (!overwrite && Targets(format, scan, destination).FirstOrDefault(target => File.Exists(target) || Directory.Exists(target)) is { } present)
        {
            throw new IOException($"'{present}' exists, and is not to be replaced.");
        }

        if (Directory.Exists(destination) && Directory.EnumerateFiles(destination, "*", SearchOption.AllDirectories).FirstOrDefault(file => !format.Recognizes(file)) is { } other)
        {
            throw new IOException($"'{destination}' is not replaced: it holds '{Path.GetFileName(other)}', which is no {format.Name} image; name another folder.");
        }

        if (format is DicomFormat)
        {
            return DicomFormat.WriteObjects(scan, destination, slices, options, overwrite, cancellationToken);
        }

        format.WriteDerived(scan, destination, slices, options, cancellationToken);
        return [.. Targets(format, scan, destination).SelectMany(target => format is NiftiFormat && NiftiPaths.ForWriting(target) is { IsPair: true } pair ? new[] { pair.Header, pair.Voxels } : [target]).Select(file => new WrittenFile(file))];
    }

    private static IEnumerable<string> Targets(IImageFormat format, IImageScan scan, string destination) =>
        format is NiftiFormat ? NiftiFiles(scan, destination) : [destination];

    /// <summary>The NIfTI files of a result: one, or one for each part of the scan.</summary>
    public static IEnumerable<string> NiftiFiles(IImageScan scan, string destination) =>
        scan.Parts.Count > 1 ? scan.Parts.Select((_, i) => NiftiPaths.OfPart(destination, i + 1)) : [destination];

    private static void RefuseSource(IImageScan scan, string destination)
    {
        var target = Path.GetFullPath(destination);
        var below = Path.TrimEndingDirectorySeparator(target) + Path.DirectorySeparatorChar;
        foreach (var file in FilesOf(scan).Select(Path.GetFullPath))
        {
            if (file == target || file.StartsWith(below, StringComparison.Ordinal) || NiftiPaths.EndingOf(target) is not null && NiftiPaths.ForWriting(target) is var paths && (file == paths.Header || file == paths.Voxels))
            {
                throw new IOException($"'{scan.Path}' would be replaced by its own result; name another destination than '{destination}'.");
            }
        }
    }

    private static IEnumerable<string> FilesOf(IImageScan scan) => scan switch
    {
        ReslicedScan resliced => FilesOf(resliced.Source),
        DicomScan dicom => dicom.Slices.Select(slice => slice.Source.Path).Distinct(),
        NiftiScan nifti => [nifti.File.Paths.Header, nifti.File.Paths.Voxels],
        _ => [scan.Path],
    };
}
