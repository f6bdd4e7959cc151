namespace Tat.MLNet.Formats.Nifti;

/// <summary>What header and voxels are read from: a <c>.nii</c> file, or a <c>.hdr</c>/<c>.img</c> pair; each may be compressed.</summary>
/// <param name="Header">The file with the header.</param>
/// <param name="Voxels">The file with the voxels; the same for a single file.</param>
internal readonly record struct NiftiContents(ImageContent Header, ImageContent Voxels)
{
    public bool IsPair => Header != Voxels;

    /// <summary>The files to read, given the path of either half of a pair or of a single file.</summary>
    /// <exception cref="ImageFormatException">Half of a pair is not there.</exception>
    public static NiftiContents Of(string path)
    {
        var file = ImageContent.OfFile(path);
        return HalfOf(path) switch
        {
            ".hdr" => new(file, ImageContent.OfFile(Sibling(path, ".img"))),
            ".img" => new(ImageContent.OfFile(Sibling(path, ".hdr")), file),
            _ => new(file, file),
        };
    }

    /// <summary>One file, or the two halves of a pair in any order; <see langword="null"/> for others.</summary>
    /// <exception cref="ImageFormatException">Half of a pair is missing.</exception>
    public static NiftiContents? Of(IReadOnlyList<ImageContent> contents) => contents switch
    {
        [var one] => HalfOf(one.Name) is { } half ? throw Incomplete(one.Name, half == ".hdr" ? ".img" : ".hdr") : new(one, one),
        [var one, var other] => (HalfOf(one.Name), HalfOf(other.Name)) switch
        {
            (".hdr", ".img") => new(one, other),
            (".img", ".hdr") => new(other, one),
            _ => null,
        },
        _ => null,
    };

    /// <summary>The ending of half of a pair, without that of compression; <see langword="null"/> for other names.</summary>
    private static string? HalfOf(string name) => NiftiPaths.EndingOf(name)?[..4] is var start and (".hdr" or ".img") ? start : null;

    private static string Sibling(string path, string wanted)
    {
        var ending = NiftiPaths.EndingOf(path)!;
        var stem = path[..^ending.Length];
        var gzip = ending.EndsWith(".gz", StringComparison.Ordinal);
        string[] candidates = gzip ? [wanted + ".gz", wanted] : [wanted, wanted + ".gz"];
        return candidates
            .SelectMany(candidate => new[] { stem + candidate, stem + candidate.ToUpperInvariant() })
            .FirstOrDefault(File.Exists)
            ?? throw Incomplete(path, candidates[0]);
    }

    private static ImageFormatException Incomplete(string path, string wanted)
    {
        var stem = Path.GetFileName(path)[..^NiftiPaths.EndingOf(path)!.Length];
        return new(path, $"half of a NIfTI pair whose other half, '{stem}{wanted}', is not beside it.");
    }
}
