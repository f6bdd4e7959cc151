using System.Globalization;
using Tat.MLNet.Formats;
using Tat.MLNet.Loading;
using Tat.MLNet.Scans;
using Tat.Torch.Files;
using Tat.Torch.Imaging;

namespace Tat.MLNet.Evaluation;

/// <summary>Masks whose labels mark regions of scans, and the names of these regions.</summary>
/// <remarks>
/// A mask is an image of whole numbers, 0 where there is no region, in any format that scans are read from. Names are in a file
/// <c>regions.tsv</c> beside a mask, or in the folder of several, with the columns <c>index</c> and <c>name</c> (as BIDS has them for
/// segmentations); a label without a name is called by its number. Immutable and safe for concurrent use.
/// </remarks>
public sealed class RegionMasks
{
    /// <summary>The file with the names of regions.</summary>
    public const string NamesFile = "regions.tsv";

    private readonly string _path;
    private readonly IReadOnlyList<ScanSource> _masks;
    private readonly IReadOnlyDictionary<int, string> _names;

    private RegionMasks(string path, IReadOnlyList<ScanSource> masks, IReadOnlyDictionary<int, string> names) =>
        (_path, _masks, _names) = (path, masks, names);

    /// <summary>Finds masks.</summary>
    /// <param name="path">A mask for all scans: a file, or a folder that holds nothing else; or a folder of masks that are called as the
    /// scans.</param>
    /// <param name="cancellationToken">Stops between files.</param>
    /// <exception cref="FileNotFoundException">There is no mask.</exception>
    /// <exception cref="InvalidDataException">The names cannot be read; the message names the line.</exception>
    public static RegionMasks Find(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var masks = ScanFinder.Find([path], null, cancellationToken).Scans;
        var folder = Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!;
        return new(path, masks, ReadNames(Path.Combine(folder, NamesFile)));
    }

    /// <summary>What a region is called.</summary>
    /// <param name="label">Its label.</param>
    public string NameOf(int label) => _names.GetValueOrDefault(label) ?? label.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads the labels of a scan's pixels, whatever the order and direction of the axes in the mask.</summary>
    /// <param name="name">What the scan is called, as <see cref="ScanSource.Name"/>.</param>
    /// <param name="scan">The scan.</param>
    /// <returns>The labels, slice by slice, as the pixels of the scan lie; nothing is read before it is asked for.</returns>
    /// <exception cref="FileNotFoundException">There are several masks, and none of this name.</exception>
    /// <exception cref="InvalidDataException">The mask has another grid.</exception>
    public IEnumerable<ImageSlice> ReadSlices(string name, IImageScan scan)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(scan);
        var source = _masks is [var only] ? only : _masks.FirstOrDefault(mask => mask.Name == name)
            ?? throw new FileNotFoundException($"'{_path}' has no mask '{name}'; call masks as their images, or give one for all.");
        return ReadSlices(source, scan);
    }

    private static IEnumerable<ImageSlice> ReadSlices(ScanSource source, IImageScan scan)
    {
        using var mask = source.Open();
        var isPlaced = mask.Affine is not null && scan.Affine is not null;
        var slices = isPlaced ? GridMatch.Of(mask, scan)?.Slices()
            : (mask.Rows, mask.Columns, mask.SliceCount) == (scan.Rows, scan.Columns, scan.SliceCount)
            ? Enumerable.Range(0, mask.SliceCount).Select(mask.ReadSlice)
            : null;
        foreach (var slice in slices ?? throw new InvalidDataException(
            $"'{mask.Path}' ({mask.Rows} × {mask.Columns} × {mask.SliceCount}) has not the grid of '{scan.Path}' ({scan.Rows} × "
            + $"{scan.Columns} × {scan.SliceCount}): give a mask that was made on it, or resample the mask to it."))
        {
            yield return slice;
        }
    }

    private static Dictionary<int, string> ReadNames(string path)
    {
        var names = new Dictionary<int, string>();
        if (!File.Exists(path))
        {
            return names;
        }

        using var reader = new StreamReader(RegularFile.Open(path));
        var (index, name) = (-1, -1);
        foreach (var line in DelimitedText.Read(reader, path))
        {
            if (index < 0)
            {
                string[] heading = [.. line.Fields.Select(field => field.ToLowerInvariant())];
                (index, name) = (Array.IndexOf(heading, "index"), Array.IndexOf(heading, "name"));
                if (index < 0 || name < 0)
                {
                    throw new InvalidDataException($"'{path}' has no columns 'index' and 'name'; its heading names "
                        + $"{MessageText.OneLine(string.Join(", ", line.Fields), 200)}.");
                }
            }
            else if (!int.TryParse(line.Fields[index], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var label)
                || !names.TryAdd(label, line.Fields[name]))
            {
                throw new InvalidDataException($"'{path}', line {line.Number}: '{MessageText.OneLine(line.Fields[index], 40)}' is no whole "
                    + "number, or stands there twice; give each label once.");
            }
        }

        return names;
    }
}
