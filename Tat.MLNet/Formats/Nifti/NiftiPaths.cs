namespace Tat.MLNet.Formats.Nifti;

/// <summary>Where header and voxels go: one <c>.nii</c> file, or a <c>.hdr</c>/<c>.img</c> pair; each may end in <c>.gz</c>.</summary>
/// <param name="Header">The file with the header.</param>
/// <param name="Voxels">The file with the voxels; the same for a single file.</param>
internal readonly record struct NiftiPaths(string Header, string Voxels)
{
    private static readonly string[] _endings = [".nii.gz", ".nii", ".hdr.gz", ".hdr", ".img.gz", ".img"];

    public bool IsPair => Header != Voxels;

    /// <summary>The files, that which a reader looks for at the end.</summary>
    public IReadOnlyList<string> InOrder => IsPair ? [Voxels, Header] : [Header];

    /// <summary>The ending of a file name that NIfTI uses, in lower case; <see langword="null"/> for another name.</summary>
    public static string? EndingOf(string path) =>
        _endings.FirstOrDefault(ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    /// <summary>The files to write.</summary>
    /// <exception cref="ArgumentException">The name has none of NIfTI's endings.</exception>
    public static NiftiPaths ForWriting(string path)
    {
        var ending = EndingOf(path)
            ?? throw new ArgumentException($"'{path}' does not name a NIfTI file; end it in .nii.gz, .nii, .hdr or .img.", nameof(path));
        var stem = path[..^ending.Length];
        var gzip = ending.EndsWith(".gz", StringComparison.Ordinal) ? ".gz" : "";
        return ending.StartsWith(".nii", StringComparison.Ordinal) ? new(path, path) : new($"{stem}.hdr{gzip}", $"{stem}.img{gzip}");
    }

    /// <summary>
    /// What the file of a part of a scan is called: <c>x.nii.gz</c> becomes <c>x_part-1.nii.gz</c>, and a name of BIDS gets the entity
    /// <c>chunk</c>.
    /// </summary>
    /// <param name="path">The name for the whole scan.</param>
    /// <param name="number">1 … the number of parts.</param>
    public static string OfPart(string path, int number)
    {
        var ending = EndingOf(path) ?? "";
        var folder = Path.GetDirectoryName(path) ?? "";
        var name = Path.GetFileName(path)[..^ending.Length];
        var description = name.IndexOf("_desc-", StringComparison.Ordinal);
        return Path.Combine(folder, (description >= 0 ? name.Insert(description, $"_chunk-{number}") : $"{name}_part-{number}") + ending);
    }
}
