namespace Tat.Torch.Files.Writing;

/// <summary>The folders on a path that are not there before something is written to it, the deepest first.</summary>
internal sealed class MissingFolders
{
    private readonly List<string> _folders = [];

    private MissingFolders()
    {
    }

    /// <summary>Finds them.</summary>
    /// <param name="path">A full path.</param>
    public static MissingFolders Of(string path)
    {
        var missing = new MissingFolders();
        for (var folder = path; folder is not null && !Directory.Exists(folder); folder = Path.GetDirectoryName(folder))
        {
            missing._folders.Add(folder);
        }

        return missing;
    }

    /// <summary>Sends the names of those that were made since to the disk.</summary>
    public void Flush() => _folders.ForEach(folder => Disk.FlushFolder(Path.GetDirectoryName(folder)!));

    /// <summary>Removes those that were made since, unless something is in them.</summary>
    public void RemoveEmpty()
    {
        foreach (var folder in _folders.Where(folder => Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any()))
        {
            try
            {
                Directory.Delete(folder);
            }
            catch (IOException)
            {
                // Somebody has begun to use it, or has removed it.
            }
        }
    }
}
