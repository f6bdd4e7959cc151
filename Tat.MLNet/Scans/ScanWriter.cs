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

    /// <summary>
    /// Writes the result in the source's format, or as NIfTI where its name asks for that; what is there is replaced once the new result is
    /// complete, together with the sidecars. With <see cref="DerivedImageOptions.Output"/> nothing on the disk is looked at or changed.
    /// </summary>
    /// <exception cref="IOException">The destination is there and is not to be replaced, or holds more than images of that format, or is
    /// the source.</exception>
    /// <exception cref="InvalidDataException">The destination names one DICOM file, and the source is not one.</exception>
    public static IReadOnlyList<WrittenFile> Write(IImageScan scan, string destination, IEnumerable<ImageSlice> slices,
        DerivedImageOptions options, IReadOnlyList<ScanSidecar> sidecars, bool overwrite, CancellationToken cancellationToken)
    {
        Check(scan, destination, options, overwrite);
        var format = FormatOf(scan, destination);
        if (format is DicomFormat)
        {
            return DicomFormat.WriteObjects(scan, destination, slices, options, overwrite, cancellationToken);
        }

        if (format is NiftiFormat)
        {
            NiftiFormat.WriteDerived(scan, destination, slices, options,
                [.. sidecars.Select(sidecar => (sidecar.Path, (Action<Stream>)sidecar.Write))], cancellationToken);
            var images = NiftiFormat.Destinations(scan, destination).Select(NiftiPaths.ForWriting)
                .SelectMany(image => image.IsPair ? new[] { image.Header, image.Voxels } : [image.Header]);
            return [.. images.Concat(sidecars.Select(sidecar => sidecar.Path)).Select(file => new WrittenFile(file))];
        }

        format.WriteDerived(scan, destination, slices, options, cancellationToken);
        return [new(destination)];
    }

    /// <summary>Refuses a destination that cannot be written.</summary>
    /// <exception cref="IOException">It is there and is not to be replaced, or holds more than images of its format, or is the
    /// source.</exception>
    public static void Check(IImageScan scan, string destination, DerivedImageOptions options, bool overwrite)
    {
        if (options.Output is not null)
        {
            return;
        }

        var format = FormatOf(scan, destination);
        if (format is DicomFormat && scan.AsOpened() is DicomScan dicom)
        {
            DicomFormat.CheckDestination(dicom, destination, options);
        }

        string[] targets = [.. Targets(format, scan, destination)];
        SourceFiles.Keep(scan, [
            destination,
            .. targets.Where(target => NiftiPaths.EndingOf(target) is not null).SelectMany(target => NiftiPaths.ForWriting(target).InOrder),
        ]);
        var isFolder = format is DicomFormat && !destination.EndsWith(".dcm", StringComparison.OrdinalIgnoreCase);
        if (Array.Find(targets, target => isFolder ? File.Exists(target) : Directory.Exists(target)) is { } taken)
        {
            throw new IOException($"'{taken}' is a {(isFolder ? "file" : "folder")}; name another destination, or move it away.");
        }

        if (!overwrite && Array.Find(targets, target => File.Exists(target) || Directory.Exists(target)) is { } present)
        {
            throw new IOException($"'{present}' exists, and is not to be replaced.");
        }

        if (Directory.Exists(destination) && Directory.EnumerateFiles(destination, "*", SearchOption.AllDirectories)
            .FirstOrDefault(file => !format.Recognizes(file)) is { } other)
        {
            throw new IOException($"'{destination}' is not replaced: it holds '{Path.GetFileName(other)}', which is no {format.Name} "
                + "image; name another folder.");
        }
    }

    private static IImageFormat FormatOf(IImageScan scan, string destination) =>
        NiftiPaths.EndingOf(destination) is null ? scan.Format : _nifti;

    private static IEnumerable<string> Targets(IImageFormat format, IImageScan scan, string destination) =>
        format is NiftiFormat ? NiftiFormat.Destinations(scan, destination) : [destination];
}
