using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Nifti;

namespace Tat.MLNet.Scans;

/// <summary>A scan and the destination of its result.</summary>
/// <param name="Source">The scan.</param>
/// <param name="Destination">The file or folder to write.</param>
public sealed record ScanJob(ScanSource Source, string Destination)
{
    private static readonly string[] _otherEndings = [".dcm", ".npy", ".bin"], _objectEndings = [".dcm", ".ima"];

    /// <summary>Whether the result is there.</summary>
    public bool IsDone => FirstOf(Destination) is not null;

    /// <summary>Whether the result is a NIfTI file by its name.</summary>
    public bool IsNifti => NiftiPaths.EndingOf(Destination) is not null;

    /// <summary>
    /// Whether the result of a run with these options is there, with its margins if it has any, as NIfTI and DICOM results tell.
    /// </summary>
    /// <param name="options">How the scan is restored.</param>
    /// <param name="modelHash">The hash of the model (<see cref="Tat.Torch.Inference.IImageRestorer.ModelHash"/>), if that is not among the
    /// options.</param>
    /// <exception cref="InvalidDataException">What is there was made with other options, of something else, or does not tell.</exception>
    public bool IsDoneWith(ScanRestorationOptions options, string? modelHash)
    {
        ArgumentNullException.ThrowIfNull(options);
        var wanted = options.DigestOf(Source, options.Derived.ModelHash ?? modelHash);
        bool IsThere(string place)
        {
            if (FirstOf(place) is not { } found)
            {
                return false;
            }

            return ResultOptions.DigestOf(found) is { } made && made == wanted ? true : throw new InvalidDataException(
                $"'{place}' is not known to be the result of these options and this model for '{Source.Name}': choose another folder, or "
                    + "restore it anew, with --overwrite instead of --resume.");
        }

        var isDone = IsThere(Destination);
        var hasMargins = options.Uncertainty && IsThere(MarginOf(Destination));

        // Margins alone are what a run has left that was ended while it wrote both.
        return !isDone || hasMargins == options.Uncertainty ? isDone : throw new InvalidDataException(
            $"'{Destination}' is there without its margins: move it away, or restore it anew, with --overwrite instead of --resume.");
    }

    /// <summary>The first file, or the folder, of what is called so; <see langword="null"/> where there is none.</summary>
    internal static string? FirstOf(string place) => File.Exists(place) || Directory.Exists(place) ? place
        : NiftiPaths.EndingOf(place) is not null && NiftiPaths.OfPart(place, 1) is var part && File.Exists(part) ? part
        : null;

    /// <summary>
    /// What the margins of a result are called: <c>x_margin.nii.gz</c> beside <c>x.nii.gz</c>, likewise of other files and of folders; of a
    /// name of BIDS, <c>desc-margin</c> instead of <c>desc-restored</c>.
    /// </summary>
    /// <param name="destination">The file or folder of the result.</param>
    public static string MarginOf(string destination)
    {
        ArgumentException.ThrowIfNullOrEmpty(destination);
        var path = Path.TrimEndingDirectorySeparator(destination);
        var name = Path.GetFileName(path);
        var ending = NiftiPaths.EndingOf(name)?.Length
            ?? _otherEndings.FirstOrDefault(other => name.EndsWith(other, StringComparison.OrdinalIgnoreCase))?.Length ?? 0;
        const string Restored = "_desc-restored_";
        return path[..^name.Length] + (name.Contains(Restored, StringComparison.Ordinal)
            ? name.Replace(Restored, "_desc-margin_", StringComparison.Ordinal)
            : name.Insert(name.Length - ending, "_margin"));
    }

    /// <summary>Names the results of scans: each as its source, scans of equal names with the folders that they come from.</summary>
    /// <param name="scans">The scans; one that is there twice is taken once.</param>
    /// <param name="output">A folder, or a file where there is one scan; <see langword="null"/> for NAME_restored in the current
    /// folder.</param>
    /// <param name="numbered">Whether results are numbered in the order of the scans instead, because names of sources can be those of
    /// patients.</param>
    /// <param name="margins">Whether there is a second image beside each result (<see cref="MarginOf"/>), whose name no other result may
    /// have.</param>
    /// <param name="differences">Whether results in DICOM have a second series (<see cref="DerivedImageOptions.WriteDifference"/>), and are
    /// folders, of single objects too.</param>
    /// <exception cref="InvalidDataException">The output is a file and there are several scans, a result would replace its source, or two
    /// images would have one name.</exception>
    public static IReadOnlyList<ScanJob> Plan(
        IEnumerable<ScanSource> scans, string? output, bool numbered = false, bool margins = false, bool differences = false)
    {
        ArgumentNullException.ThrowIfNull(scans);
        string EndingOf(ScanSource scan) => differences && _objectEndings.Contains(scan.Ending, StringComparer.OrdinalIgnoreCase)
            ? "" : scan.Ending;
        List<ScanSource> all = [.. scans.DistinctBy(scan => (Path.GetFullPath(scan.Path), scan.SeriesInstanceUid, scan.Name))];
        var isFile = output is not null && (NiftiPaths.EndingOf(output) is not null
            || _otherEndings.Contains(Path.GetExtension(output), StringComparer.OrdinalIgnoreCase)) && !Directory.Exists(output);
        if (isFile && all.Count != 1)
        {
            throw new InvalidDataException($"'{output}' names one file, and there are {all.Count} images to restore; give a folder.");
        }

        string Destination(ScanSource scan, string name) =>
            output is null ? $"{name}_restored{EndingOf(scan)}" : Path.Combine(output, name + EndingOf(scan));
        List<ScanJob> jobs = isFile
            ? [new(all[0], output!)]
            : [.. all.Zip(numbered ? [.. all.Select((_, i) => $"scan-{i + 1:D4}")] : DistinctNames(all, EndingOf),
                (scan, name) => new ScanJob(scan, Destination(scan, name)))];
        if (margins && jobs.Find(job => jobs.Exists(other => MarginOf(job.Destination) == other.Destination)) is { } first)
        {
            throw new InvalidDataException($"The margins of '{first.Source.Name}' and the result of another scan would both be called "
                + $"'{Path.GetFileName(MarginOf(first.Destination))}'; restore one of the two on its own, or rename it.");
        }

        return jobs.Find(job => Path.GetFullPath(job.Source.Path) == Path.GetFullPath(job.Destination)) is { } same
            ? throw new InvalidDataException($"'{same.Source.Path}' would be replaced by its own result; name another destination.")
            : jobs;
    }

    /// <summary>Puts the folders above them before names that occur twice, until none does.</summary>
    private static string[] DistinctNames(List<ScanSource> scans, Func<ScanSource, string> endingOf)
    {
        string[] names = [.. scans.Select(scan => scan.Name)];
        var above = scans.Select(scan => new Stack<string>(FoldersAbove(scan))).ToList();
        bool hasChanged;
        do
        {
            hasChanged = false;
            foreach (var twins in Enumerable.Range(0, names.Length).GroupBy(i => names[i] + endingOf(scans[i]))
                .Where(group => group.Count() > 1).ToList())
            {
                foreach (var i in twins.Where(i => above[i].Count > 0))
                {
                    names[i] = $"{above[i].Pop()}/{names[i]}";
                    hasChanged = true;
                }
            }
        }
        while (hasChanged);
        return names;
    }

    /// <summary>The folders that are no part of a scan's name, the outermost first.</summary>
    private static string[] FoldersAbove(ScanSource scan)
    {
        var path = Path.GetFullPath(scan.Path);
        var parts = path[Path.GetPathRoot(path)!.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        return parts[..Math.Max(0, parts.Length - scan.Name.Split('/', Path.DirectorySeparatorChar).Length)];
    }
}
