using System.Globalization;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Series;
using Tat.Torch.Files;

namespace Tat.MLNet.Scans;

/// <summary>Writes results that are NIfTI files back as DICOM, into the study that they came from.</summary>
public static class ScanWriteBack
{
    /// <summary>How many times the level of the series that of its result can be: more is another unit.</summary>
    private const double LargestChange = 3;

    /// <summary>Writes restored volumes as a series derived from that which they were restored from.</summary>
    /// <remarks>
    /// Voxels are taken to the places of the series' pixels, whatever the order and direction of the axes in the files, and never
    /// resampled. The objects follow the rules of restored DICOM series: a new series in the same study, geometry and patient of the
    /// source, pixels quantised as there.
    /// </remarks>
    /// <param name="results">A NIfTI file, or one for each part of the series, in any order.</param>
    /// <param name="series">The DICOM series that they were made of, read in the unit of the results.</param>
    /// <param name="destination">The folder to write, or a file that ends in .dcm.</param>
    /// <param name="options">How the objects describe themselves; <see langword="null"/> for the defaults.</param>
    /// <param name="overwrite">Replace what is there, once the new series is complete.</param>
    /// <param name="cancellationToken">Stops between slices and leaves nothing behind.</param>
    /// <returns>The files that were written.</returns>
    /// <exception cref="ImageFormatException">A file is damaged, or of a kind that cannot be read.</exception>
    /// <exception cref="InvalidDataException">The series is none of DICOM, a part of it has no result with its grid or a result no part, or
    /// the values are in another unit.</exception>
    /// <exception cref="IOException">The destination is there already, or is the source.</exception>
    public static IReadOnlyList<string> WriteBack(
        IReadOnlyList<string> results, ScanSource series, string destination, DerivedImageOptions? options = null, bool overwrite = false,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(results);
        ArgumentNullException.ThrowIfNull(series);
        ArgumentException.ThrowIfNullOrEmpty(destination);
        using var scan = series.Open();
        if (scan is not DicomScan || Formats.Nifti.NiftiPaths.EndingOf(destination) is not null)
        {
            throw new InvalidDataException(
                $"{series} is no DICOM series to write back to, or '{destination}' is the name of a NIfTI file.");
        }

        var opened = new List<IImageScan>();
        try
        {
            opened.AddRange(results.Select(path => ImageFormats.Open(path)));
            var matches = scan.Parts.Select(part => Match(part, opened, scan)).ToList();
            if (opened.Find(result => !matches.Exists(match => match.Result == result)) is { } other)
            {
                throw new InvalidDataException(
                    $"'{other.Path}' does not lie where a part of {series} does, or another file has its place.");
            }

            var written = ScanWriter.Write(
                scan, destination, matches.SelectMany(match => match.Grid.Slices()), options ?? new(), [], overwrite, cancellationToken);
            return [.. written.Select(file => file.Path)];
        }
        finally
        {
            opened.ForEach(result => result.Dispose());
        }
    }

    private static (IImageScan Result, GridMatch Grid) Match(IImageScan part, List<IImageScan> results, IImageScan scan)
    {
        foreach (var result in results)
        {
            if (GridMatch.Of(result, part) is { } grid)
            {
                CheckUnit(result, part);
                return (result, grid);
            }
        }

        var size = $"{part.Columns} × {part.Rows} × {part.SlicesPerVolume} voxels and "
            + $"{MessageText.Amount(part.SliceCount / part.SlicesPerVolume, "volume")}";
        throw new InvalidDataException(part.Affine is null
            ? $"'{scan.Path}' is no regular volume, so that nothing tells where the voxels of a NIfTI file belong in it."
            : $"none of {string.Join(", ", results.Select(result => $"'{result.Path}'"))} has the grid of '{scan.Path}', {size}, at "
                + $"[{part.Affine}] mm; write back what was made of this series, without resampling or cropping.");
    }

    /// <summary>NIfTI does not tell the unit of its voxels.</summary>
    private static void CheckUnit(IImageScan result, IImageScan part)
    {
        var (level, expected) = (result.MeasureLevel(), part.MeasureLevel());
        if (level > 0 && expected > 0 && (level > LargestChange * expected || expected > LargestChange * level))
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                $"'{result.Path}' reaches {level:G4} where the series reaches {expected:G4} {part.Unit}: its values are in another unit; "
                + $"read the series in that unit (PET in SUV or as stored)."));
        }
    }
}
