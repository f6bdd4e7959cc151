using Microsoft.ML.Runtime;
using Tat.MLNet.ModelIO;
using Tat.Torch.Files;

namespace Tat.MLNet.Loading;

/// <summary>
/// Loads image pairs from the folder layout <c>ROOT/TASK/SPLIT/{LQ,HQ}/NAME</c>; both images of a pair have the same name.
/// </summary>
/// <remarks>
/// Columns: <c>LowQuality</c>, <c>HighQuality</c> (Vector&lt;Single&gt;, row-major, in the image's physical unit), <c>Height</c>,
/// <c>Width</c> (Int32),
/// <c>Task</c> (the folder's name), <c>FileName</c>, <c>SliceIndex</c> (Int32, from 0), <c>VolumeLevel</c> (Single: the level of the file's
/// low-quality volume, measured where it is read), <c>VolumeExtent</c> (two Single: how far k-space of that volume is filled, likewise),
/// <c>Modality</c> (of DICOM files; else empty), <c>PixelSpacing</c> (Single: side of a pixel in mm; NaN where the file does not tell).
/// The names below <c>LQ</c> and <c>HQ</c> may have folders of their own. Texts and hidden files beside the images are left out.
/// </remarks>
public sealed class ImagePairLoader : ImageLoader
{
    internal const string LoaderName = "TatImagePairLoader";
    private static readonly ModelSignature _signature = new("TATPAIRS", LoaderName);
    private readonly Options _options;

    internal ImagePairLoader(Options options)
        : base([
            ImageColumn.LowQuality, ImageColumn.HighQuality, ImageColumn.Height, ImageColumn.Width, ImageColumn.Task, ImageColumn.FileName,
            ImageColumn.SliceIndex, ImageColumn.VolumeLevel, ImageColumn.VolumeExtent, ImageColumn.Modality, ImageColumn.PixelSpacing,
        ])
    {
        options.Validate();
        _options = options;
    }

    private protected override ModelSignature Signature => _signature;

    private protected override object Settings => _options;

    private protected override string Sought =>
        $"image pairs (TASK/{_options.Split ?? "SPLIT"}/{_options.LowQualityFolder}/NAME with its counterpart in "
        + $"{_options.HighQualityFolder})";

    private protected override IReadOnlyList<ImageEntry> List(IReadOnlyList<string> paths)
    {
        var all = ImageFiles.Images(paths).Select(PairPath.Parse(_options.LowQualityFolder, _options.HighQualityFolder))
            .OfType<PairPath>().ToList();
        RefuseFoldersOfOneName(all);
        var images = all
            .Where(image => _options.Split is null || image.Split.Equals(_options.Split, StringComparison.OrdinalIgnoreCase)).ToList();
        RefuseImagesOfOneName(images);
        var references = images.Where(image => image.IsReference).ToDictionary(image => image.Key);
        var entries = images.Where(image => !image.IsReference).Select(image => Entry(image, references)).ToList();
        return references.Count == 0 || !_options.RequireHighQuality
            ? entries
            : throw new InvalidDataException($"'{references.Values.First().Path}' has no counterpart of the same name in "
                + $"'{_options.LowQualityFolder}' ({references.Count} such files); add it or remove the file.");
    }

    /// <summary>Refuses folders of a task, a split or a kind of image that differ by case alone, as in CT/train and ct/test.</summary>
    private static void RefuseFoldersOfOneName(List<PairPath> images)
    {
        foreach (var same in images.SelectMany(image => image.Folders.Select(folder => (image.Root, Folder: folder))).Distinct()
            .GroupBy(place => (place.Root, place.Folder.ToUpperInvariant())))
        {
            if (same.ToArray() is [var first, var second, ..])
            {
                throw new InvalidDataException($"The folders '{first.Folder}' and '{second.Folder}' in '{first.Root}' are the same but for "
                    + "upper and lower case: join them.");
            }
        }
    }

    private static void RefuseImagesOfOneName(List<PairPath> images)
    {
        if (images.GroupBy(image => (image.IsReference, image.Key))
            .FirstOrDefault(pair => pair.Count() > 1)?.ToArray() is [var one, var other, ..])
        {
            throw new InvalidDataException($"'{one.Path}' and '{other.Path}' are images of one name: remove or rename one of them.");
        }
    }

    internal static ImagePairLoader Create(IHostEnvironment env, object ctx) => new(ReadOptions<Options>(ctx, _signature));

    private ImageEntry Entry(PairPath image, Dictionary<string, PairPath> references)
    {
        if (!references.Remove(image.Key, out var reference) && _options.RequireHighQuality)
        {
            throw new InvalidDataException($"'{image.Path}' has no counterpart of the same name in '{_options.HighQualityFolder}'; add it, "
                + $"or set {nameof(Options.RequireHighQuality)} to false to score without references.");
        }

        return new(image.Path, reference?.Path, image.Task) { SliceCount = _options.SingleSliceFiles ? 1 : null };
    }

    /// <summary>How the loader finds pairs.</summary>
    public sealed class Options
    {
        /// <summary>The folder of the split to take; <see langword="null"/> for all.</summary>
        /// <value>The default is <c>train</c>.</value>
        public string? Split { get; init; } = "train";

        /// <summary>The folder that holds the images to restore.</summary>
        /// <value>The default is <c>LQ</c>.</value>
        public string LowQualityFolder { get; init; } = "LQ";

        /// <summary>The folder that holds their references.</summary>
        /// <value>The default is <c>HQ</c>.</value>
        public string HighQualityFolder { get; init; } = "HQ";

        /// <summary>Whether each image must have its counterpart; where not, <c>HighQuality</c> is empty for those without.</summary>
        /// <value>The default is <see langword="true"/>.</value>
        public bool RequireHighQuality { get; init; } = true;

        /// <summary>Promises that each file holds one slice, so that no header is read to count slices.</summary>
        /// <value>The default is <see langword="false"/>.</value>
        public bool SingleSliceFiles { get; init; }

        internal void Validate()
        {
            foreach (var (option, name) in new[]
            {
                (nameof(LowQualityFolder), LowQualityFolder), (nameof(HighQualityFolder), HighQualityFolder),
            })
            {
                OptionCheck.Require(!string.IsNullOrWhiteSpace(name), "loader", option, $"'{name}'", "give the name of a folder");
            }
        }
    }

    /// <summary>A path taken apart: …/TASK/SPLIT/{LQ,HQ}/NAME.</summary>
    private sealed record PairPath(string Path, string Root, string Task, string Split, string Kind, bool IsReference, string Key)
    {
        /// <summary>The folders in the root that lead to it.</summary>
        public string[] Folders => [$"{Task}/{Split}/{Kind}", $"{Task}/{Split}", Task];

        public static Func<string, PairPath?> Parse(string lowFolder, string highFolder) => path =>
        {
            var parts = path.Split(['/', '\\']);
            for (var i = parts.Length - 2; i >= 2; i--)
            {
                var isReference = parts[i].Equals(highFolder, StringComparison.OrdinalIgnoreCase);
                if (isReference || parts[i].Equals(lowFolder, StringComparison.OrdinalIgnoreCase))
                {
                    return new(path, string.Join('/', parts[..(i - 2)]), parts[i - 2], parts[i - 1], parts[i], isReference,
                        string.Join('/', [.. parts[..i], .. parts[(i + 1)..]]));
                }
            }

            return null;
        };
    }
}
