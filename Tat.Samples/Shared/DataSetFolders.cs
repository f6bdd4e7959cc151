namespace Tat.Samples.Shared;

/// <summary>The folders of a data set, ROOT/TASK/SPLIT, in upper or lower case.</summary>
internal sealed class DataSetFolders
{
    private static readonly string[] _splits = ["train", "validation", "test"];
    private readonly string _root;
    private readonly List<(string Task, string Split, string Path)> _folders = [];

    /// <exception cref="DirectoryNotFoundException">The root does not exist.</exception>
    /// <exception cref="InvalidDataException">Folders of a task, or of a split, differ by case alone.</exception>
    public DataSetFolders(string root)
    {
        _root = root;
        if (!Directory.Exists(root))
        {
            throw new DirectoryNotFoundException($"'{root}' {(File.Exists(root) ? "is a file" : "does not exist")}; give the root of a "
                + $"data set, ROOT/TASK/SPLIT/{{LQ,HQ}}/NAME.");
        }

        RefuseDoubles(Directory.GetDirectories(root));
        foreach (var split in Directory.GetDirectories(root).Order(StringComparer.Ordinal).SelectMany(Directory.GetDirectories)
            .Order(StringComparer.Ordinal))
        {
            _folders.Add((Path.GetFileName(Path.GetDirectoryName(split)!), Path.GetFileName(split), split));
        }

        foreach (var task in _folders.GroupBy(folder => folder.Task))
        {
            RefuseDoubles(task.Select(folder => folder.Path));
        }
    }

    /// <summary>Says of each folder of a task that it is not used, where it is called like no split.</summary>
    public IEnumerable<string> Unused => _folders.Where(folder => !_splits.Contains(folder.Split, StringComparer.OrdinalIgnoreCase))
        .Select(folder => $"'{folder.Path}' is not used: the folders of a task must be called {string.Join(", ", _splits)}.");

    /// <summary>Whether a task has this split.</summary>
    public bool Has(string split) => _folders.Exists(folder => Equal(folder.Split, split));

    /// <summary>The folder of a split of a task; <see langword="null"/> where there is none.</summary>
    public string? Find(string task, string split) =>
        _folders.Find(folder => Equal(folder.Task, task) && Equal(folder.Split, split)).Path;

    /// <summary>A folder in a folder, in upper or lower case; that name where there is none.</summary>
    /// <exception cref="InvalidDataException">There are several, whose names differ by case alone.</exception>
    public static string Inside(string folder, string name)
    {
        string[] found = [.. Directory.GetDirectories(folder).Where(path => Equal(Path.GetFileName(path), name))];
        RefuseDoubles(found);
        return found is [var only] ? only : Path.Combine(folder, name);
    }

    /// <inheritdoc/>
    public override string ToString() => _root;

    private static void RefuseDoubles(IEnumerable<string> folders)
    {
        if (folders.Order(StringComparer.Ordinal).GroupBy(folder => Path.GetFileName(folder), StringComparer.OrdinalIgnoreCase)
            .FirstOrDefault(same => same.Count() > 1)?.ToArray() is [var first, var second, ..])
        {
            throw new InvalidDataException($"'{first}' and '{second}' differ only in upper and lower case: merge them.");
        }
    }

    private static bool Equal(string first, string second) => first.Equals(second, StringComparison.OrdinalIgnoreCase);
}
