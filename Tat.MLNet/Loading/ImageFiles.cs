using Microsoft.ML.Data;
using Tat.MLNet.Formats.Contracts;
using Tat.Torch.Files;

namespace Tat.MLNet.Loading;

/// <summary>Finds the images among the files of a folder.</summary>
internal static class ImageFiles
{
    /// <summary>All files under a folder, in the order of their names; the file itself where the path is one.</summary>
    /// <exception cref="DirectoryNotFoundException">There is nothing at that path.</exception>
    public static IReadOnlyList<string> Under(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (File.Exists(path))
        {
            return [path];
        }

        if (!Directory.Exists(path))
        {
            throw new DirectoryNotFoundException($"'{path}' does not exist; give the path of a file or folder.");
        }

        return new FolderWalk(path).Files;
    }

    /// <summary>
    /// Leaves out what accompanies images: hidden files, texts, DICOM directories, and the pixel file of a header/pixels pair.
    /// </summary>
    public static IEnumerable<string> Images(IReadOnlyCollection<string> files)
    {
        var known = files.ToHashSet(StringComparer.OrdinalIgnoreCase);
        return files.Where(file => !Sidecars.Has(file) && !IsPixelFileOfPair(file, known));
    }

    private static bool IsPixelFileOfPair(string file, HashSet<string> known)
    {
        var stem = file.EndsWith(".img", StringComparison.OrdinalIgnoreCase) ? file[..^4]
            : file.EndsWith(".img.gz", StringComparison.OrdinalIgnoreCase) ? file[..^7]
            : null;
        return stem is not null && (known.Contains(stem + ".hdr") || known.Contains(stem + ".hdr.gz"));
    }
}

/// <summary>
/// Files by their paths, taken literally: unlike in <see cref="MultiFileSource"/>, no character has a meaning of its own.
/// </summary>
/// <param name="paths">The files.</param>
/// <param name="origin">The file, folder or pattern that the user gave, for messages.</param>
internal sealed class FileList(IReadOnlyList<string> paths, string? origin = null) : IMultiStreamSource
{
    public string? Origin => origin;

    public int Count => paths.Count;

    public string GetPathOrNull(int index) => paths[index];

    public Stream Open(int index) => RegularFile.Open(paths[index]);

    public TextReader OpenTextReader(int index) => File.OpenText(paths[index]);
}
