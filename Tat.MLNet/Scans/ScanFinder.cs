using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Series;
using Tat.MLNet.Loading;

namespace Tat.MLNet.Scans;

/// <summary>Finds the scans below files and folders.</summary>
public static class ScanFinder
{
    /// <summary>
    /// Takes each file as a scan, and of each folder all that is below it: image files of all formats, and DICOM files by series, wherever
    /// they lie.
    /// </summary>
    /// <param name="paths">Files and folders.</param>
    /// <param name="options">How to read; with <see cref="ImageReadOptions.SeriesInstanceUid"/> that DICOM series alone is taken of
    /// folders. <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Stops between files.</param>
    /// <returns>The scans. DICOM headers below folders have been read; whether a scan can be read is told when it is opened.</returns>
    /// <exception cref="FileNotFoundException">There is nothing at a path, or no scan in a folder; the message names what was left
    /// out.</exception>
    public static FoundScans Find(
        IEnumerable<string> paths, ImageReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        options ??= new();
        var found = paths.Select(path => Directory.Exists(path) ? InFolder(path, options, cancellationToken) : OfFile(path, options))
            .ToList();
        return new([.. found.SelectMany(one => one.Scans)], [.. found.SelectMany(one => one.LeftOut)]);
    }

    private static FoundScans OfFile(string path, ImageReadOptions options) => File.Exists(path)
        ? new([new(Path.GetDirectoryName(Path.GetFullPath(path))!, path, Path.GetFileName(path), options)], [])
        : throw new FileNotFoundException($"'{path}' does not exist; check the path.", path);

    private static FoundScans InFolder(string folder, ImageReadOptions options, CancellationToken cancellationToken)
    {
        var files = ImageFiles.Under(folder);
        var (series, leftOut) = SeriesFinder.Find(files.Select(ImageContent.OfFile), options, cancellationToken);
        var scans = NameSeries(folder, series, options).ToList();
        if (options.SeriesInstanceUid is null)
        {
            var dicom = series.SelectMany(one => one.Files).Concat(leftOut.Select(file => file.Path)).ToHashSet();
            scans.AddRange(ImageFiles.Images(files)
                .Where(file => !dicom.Contains(file) && ImageFormats.All.Any(format => format.Recognizes(file)))
                .Select(file => new ScanSource(folder, file, Path.GetRelativePath(folder, file), options)));
        }

        return scans.Count > 0
            ? new([.. scans.OrderBy(scan => scan.Name, StringComparer.Ordinal)], leftOut)
            : throw new FileNotFoundException(string.Join(" ", [
                $"'{folder}' holds no {Sought(options)}.",
                .. leftOut.Select(file => file.ToString())]));
    }

    private static string Sought(ImageReadOptions options) => options.SeriesInstanceUid is { } uid
        ? $"image of the series {uid}"
        : $"images that can be read; {string.Join(" and ", ImageFormats.All.Select(format => format.Name))} can";

    /// <summary>
    /// A series of one file is called as that file, another one as the folder that holds it, with its number where that folder holds
    /// several.
    /// </summary>
    private static IEnumerable<ScanSource> NameSeries(string folder, IReadOnlyList<DicomSeries> all, ImageReadOptions options)
    {
        foreach (var group in all.GroupBy(series => series.Files is [var file] ? file : CommonFolder(folder, series.Files)))
        {
            var taken = new HashSet<string>();
            foreach (var series in group)
            {
                var name = NameBelow(folder, group.Key);
                if (group.Count() > 1)
                {
                    var numbered = $"{name}/series{(series.Number is { } number ? $"-{number}" : "")}";
                    for (var (copy, unique) = (1, numbered); !taken.Add(name = unique); unique = $"{numbered}-{++copy}")
                    {
                    }
                }

                yield return new(folder, group.Key, name, options, series);
            }
        }
    }

    private static string NameBelow(string folder, string path) => path == folder
        ? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))
        : Path.GetRelativePath(folder, path);

    private static string CommonFolder(string root, IReadOnlyList<string> files)
    {
        var common = Path.GetDirectoryName(files[0])!;
        while (common.Length > root.Length
            && !files.All(file => file.StartsWith(common + Path.DirectorySeparatorChar, StringComparison.Ordinal)))
        {
            common = Path.GetDirectoryName(common)!;
        }

        return common.Length > root.Length ? common : root;
    }
}
