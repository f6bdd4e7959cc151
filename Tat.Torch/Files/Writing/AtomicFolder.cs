namespace Tat.Torch.Files.Writing;

/// <summary>
/// A folder that appears under its name when all in it is complete and on the disk, or not at all; a folder that it replaces stays whole
/// until then.
/// </summary>
internal sealed class AtomicFolder : IDisposable
{
    private readonly Staging _staging;

    /// <summary>Prepares a folder.</summary>
    /// <param name="destination">Its name.</param>
    /// <param name="replace">Whether a folder that is there and not empty is replaced, with all that is in it.</param>
    /// <exception cref="IOException">The destination is a file, or a folder that is not empty and not to be replaced.</exception>
    public AtomicFolder(string destination, bool replace = false)
    {
        var path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(destination));
        if (File.Exists(path) || !replace && Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
        {
            throw new IOException(
                $"'{destination}' exists already and is not an empty folder; name another one, so that series do not mix.");
        }

        _staging = new(System.IO.Path.GetDirectoryName(path)!);
        Path = _staging.Add(System.IO.Path.GetFileName(path));
        Directory.CreateDirectory(Path);
    }

    /// <summary>Where to write.</summary>
    public string Path { get; }

    /// <summary>Puts the folder in its place.</summary>
    public void Commit() => _staging.Commit();

    /// <summary>Removes what was not put in its place.</summary>
    public void Dispose() => _staging.Dispose();
}
