using Microsoft.ML.Data;
using Tat.Torch.Files;

namespace Tat.MLNet.Loading;

/// <summary>Finds the images among the files of a folder.</summary>
internal static class ImageFiles
{
    private static readonly HashSet<string> _sidecars = new(
        [".json", ".txt", ".csv", ".tsv", ".md", ".xml", ".html", ".pdf", ".log", ".bval", ".bvec", ".ini", ".db"],
        StringComparer.OrdinalIgnoreCase);

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

    /// <summary>Leaves out what accompanies images: hidden files, texts, DICOM directories, and the pixel file of a header/pixels pair.</summary>
    public static IEnumerable<string> Images(IReadOnlyCollection<string> files)
    {
        var known = files.ToHashSet(StringComparer.OrdinalIgnoreCase);
        return files.Where(file => !IsSidecar(file) && !IsPixelFileOfPair(file, known));
    }

    /// <summary>Whether a file is told by its name to accompany images: hidden files, texts, DICOM directories.</summary>
    public static bool IsSidecar(string file)
    {
        var name = Path.GetFileName(file);
        return name.StartsWith('.') || name.Equals("DICOMDIR", StringComparison.OrdinalIgnoreCase) || _sidecars.Contains(Path.GetExtension(name));
    }

    private static bool IsPixelFileOfPair(string file, HashSet<string> known)
    {
        var stem = file.EndsWith(".img", StringComparison.OrdinalIgnoreCase) ? file[..^4]
            : file.EndsWith(".img.gz", StringComparison.OrdinalIgnoreCase) ? file[..^7]
            : null;
        return stem is not null && (known.Contains(stem + ".hdr") || known.Contains(stem + ".hdr.gz"));
    }
}

/// <summary>Files by their paths, taken literally: unlike in <see cref="MultiFileSource"/>, no character has a meaning of its own.</summary>
internal sealed class FileList(IReadOnlyList<string> paths) : IMultiStreamSource
{
    public int Count => paths.Count;

    public string GetPathOrNull(int index) => paths[index];

    public Stream Open(int index) => File.OpenRead(paths[index]);

    public TextReader OpenTextReader(int index) => File.OpenText(paths[index]);
}
