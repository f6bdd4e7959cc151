using System.Text.Json.Nodes;
using Tat.Torch.Files.Writing;

namespace Tat.MLNet.Scans;

/// <summary>Names results as a derivative data set of BIDS: <c>sub-LABEL/…/sub-LABEL_…_desc-restored_SUFFIX.nii.gz</c>.</summary>
/// <remarks>
/// A source that is named by BIDS keeps its entities and folders. Of another one its name is the subject's label, and the suffix is
/// <c>ct</c>, <c>pet</c> or <c>mri</c>; nothing is taken from headers but the modality.
/// </remarks>
/// <seealso href="https://bids-specification.readthedocs.io">Brain Imaging Data Structure</seealso>
public sealed class BidsDataset
{
    private readonly string _folder;
    private readonly bool _deidentify;
    private readonly List<string> _roots;

    /// <summary>Prepares a data set; nothing is written.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="scans">The scans whose restored copies it is to hold.</param>
    /// <param name="task">The name of their task, for scans that do not tell their modality; <see langword="null"/> where there is
    /// none.</param>
    /// <param name="deidentify">Whether subjects are numbered, and neither names nor sidecars tell what the sources are called, which may
    /// be a patient's name.</param>
    public BidsDataset(string folder, IReadOnlyList<ScanSource> scans, string? task, bool deidentify = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(scans);
        _folder = folder;
        _deidentify = deidentify;
        _roots = [.. scans.Select(scan => Path.GetFullPath(scan.Root)).Distinct()];
        var taken = new HashSet<string>();
        var subjects = new List<string>();
        Jobs = [.. scans.DistinctBy(scan => (Path.GetFullPath(scan.Path), scan.SeriesInstanceUid, scan.Name)).Select(scan =>
        {
            var (prefix, suffix) = NameOf(scan, task);
            if (deidentify)
            {
                prefix = Number(subjects, prefix, suffix);
            }

            var run = 1;
            string name;
            do
            {
                name = $"{prefix}{(run > 1 ? $"_run-{run}" : "")}_desc-restored_{suffix}.nii.gz";
                run++;
            }
            while (!taken.Add(name));
            return new ScanJob(scan, Path.Combine(folder, name));
        })];
    }

    /// <summary>The scans, and where their results go.</summary>
    public IReadOnlyList<ScanJob> Jobs { get; }

    /// <summary>
    /// What the sidecar of a scan's result names as its sources: a BIDS URI whose data set the description links; nothing where results are
    /// de-identified.
    /// </summary>
    public IReadOnlyList<string> SourcesOf(ScanSource scan)
    {
        ArgumentNullException.ThrowIfNull(scan);
        if (_deidentify)
        {
            return [];
        }

        var parts = Path.GetRelativePath(scan.Root, scan.Path).Split(Path.DirectorySeparatorChar).Select(Uri.EscapeDataString);
        return [$"bids:{LinkOf(_roots.IndexOf(Path.GetFullPath(scan.Root)))}:{string.Join('/', parts)}"];
    }

    /// <summary>Writes <c>dataset_description.json</c> where there is none yet.</summary>
    public void Describe()
    {
        var path = Path.Combine(_folder, "dataset_description.json");
        if (!File.Exists(path))
        {
            var content = new JsonObject
            {
                ["Name"] = "Restored images",
                ["BIDSVersion"] = "1.9.0",
                ["DatasetType"] = "derivative",
                ["GeneratedBy"] = new JsonArray(ScanSidecar.Generator),
            };
            if (!_deidentify)
            {
                content["DatasetLinks"] = new JsonObject(_roots.Select((root, i) =>
                    KeyValuePair.Create(LinkOf(i), (JsonNode?)Path.GetRelativePath(Path.GetFullPath(_folder), root).Replace('\\', '/'))));
            }

            AtomicFile.Write(path, new ScanSidecar(path, content).Write);
        }
    }

    /// <summary>A name that keeps of the source's only which subject it is, by number.</summary>
    private static string Number(List<string> subjects, string prefix, string suffix)
    {
        var subject = prefix.Split('/', '_')[0];
        if (!subjects.Contains(subject))
        {
            subjects.Add(subject);
        }

        var name = FormattableString.Invariant($"sub-{subjects.IndexOf(subject) + 1}");
        return $"{name}/{FolderOf(suffix)}/{name}";
    }

    private static string LinkOf(int root) => root == 0 ? "source" : FormattableString.Invariant($"source{root + 1}");

    private static (string Prefix, string Suffix) NameOf(ScanSource scan, string? task)
    {
        var parts = scan.Name.Split('/', Path.DirectorySeparatorChar);
        if (BidsName.Of(parts[^1]) is { } bids)
        {
            var entities = string.Join('_', bids.Entities.Where(entity => !entity.StartsWith("desc-", StringComparison.Ordinal)));
            var suffix = bids.Suffix;
            var subject = Array.FindIndex(parts[..^1], part => part.StartsWith("sub-", StringComparison.Ordinal));
            string[] folders = subject >= 0 ? parts[subject..^1]
                : [
                    .. entities.Split('_').Where(entity => entity.StartsWith("sub-", StringComparison.Ordinal)
                        || entity.StartsWith("ses-", StringComparison.Ordinal)), FolderOf(suffix),
                ];
            return ($"{string.Join('/', folders)}/{entities}", suffix);
        }

        var label = string.Concat(scan.Name.Where(char.IsAsciiLetterOrDigit));
        var kind = scan.Modality switch
        {
            "CT" => "ct",
            "PT" => "pet",
            "MR" => "mri",
            _ =>
            string.Concat((task ?? "image").ToLowerInvariant().Where(char.IsAsciiLetterOrDigit))
        };
        var name = $"sub-{(label.Length > 0 ? label : "1")}";
        return ($"{name}/{FolderOf(kind)}/{name}", kind);
    }

    private static string FolderOf(string suffix) => suffix switch
    {
        "bold" or "sbref" => "func",
        "pet" or "ct" or "dwi" => suffix,
        _ => "anat",
    };
}
