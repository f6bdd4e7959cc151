namespace Tat.Torch.Files;

/// <summary>
/// Finds what is below a folder, without going in circles: a link back to a folder that it is in is not followed. What is hidden, such as
/// results that are not complete, is left out.
/// </summary>
internal sealed class FolderWalk
{
    /// <summary>How often links to the same folder are followed: splits may share one, and a maze of links ends.</summary>
    private const int MostFollowed = 16;
    private const int MostLinks = 40;

    private readonly HashSet<string> _around = [];
    private readonly Dictionary<string, int> _followed = [];
    private readonly List<string> _files = [];

    /// <summary>Walks through a folder and all folders in it.</summary>
    public FolderWalk(string folder)
    {
        Enter(folder, Resolve(folder));
        _files.Sort(StringComparer.Ordinal);
    }

    /// <summary>Paths of all files, ordered.</summary>
    public IReadOnlyList<string> Files => _files;

    private void Enter(string folder, string real)
    {
        if (!_around.Add(real))
        {
            return;
        }

        foreach (var entry in new DirectoryInfo(real).EnumerateFileSystemInfos().Where(entry => !entry.Name.StartsWith('.')))
        {
            var path = Path.Combine(folder, entry.Name);
            if (Directory.Exists(entry.FullName))
            {
                if (entry.LinkTarget is null)
                {
                    Enter(path, entry.FullName);
                }
                else
                {
                    Follow(path, Resolve(entry.FullName));
                }
            }
            else
            {
                _files.Add(path);
            }
        }

        _around.Remove(real);
    }

    private void Follow(string link, string real)
    {
        var count = _followed[real] = _followed.GetValueOrDefault(real) + 1;
        if (count <= MostFollowed)
        {
            Enter(link, real);
        }
    }

    /// <summary>A path without links.</summary>
    private static string Resolve(string path, int links = 0)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Path.GetDirectoryName(full) is not { } parent)
        {
            return full;
        }

        var folder = Resolve(parent, links);
        var own = Path.Combine(folder, Path.GetFileName(full));
        return links < MostLinks && new DirectoryInfo(own).LinkTarget is { } target
            ? Resolve(Path.Combine(folder, target), links + 1)
            : own;
    }
}
