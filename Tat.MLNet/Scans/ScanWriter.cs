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

        if (!overwrite && (File.Exists(destination) || Directory.Exists(destination)))
        {
            throw new IOException($"'{destination}' exists, and is not to be replaced.");
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
        return format is NiftiFormat && NiftiPaths.ForWriting(destination) is { IsPair: true } pair
            ? [new(pair.Header), new(pair.Voxels)]
            : [new(destination)];
    }

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
