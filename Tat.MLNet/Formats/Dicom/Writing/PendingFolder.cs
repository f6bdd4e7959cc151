namespace Tat.MLNet.Formats.Dicom.Writing;

/// <summary>A folder that is filled beside its destination and moved there when it is complete.</summary>
internal sealed class PendingFolder : IDisposable
{
    private readonly string _destination;
    private bool _committed;

    /// <summary>Prepares a folder.</summary>
    /// <exception cref="IOException">The destination exists and is not empty.</exception>
    public PendingFolder(string destination)
    {
        _destination = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(destination));
        if (File.Exists(_destination) || Directory.Exists(_destination) && Directory.EnumerateFileSystemEntries(_destination).Any())
        {
            throw new IOException($"'{destination}' exists already and is not an empty folder; name another one, so that series do not mix.");
        }

        Path = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(_destination)!, $".{System.IO.Path.GetFileName(_destination)}.{Guid.NewGuid():N}.tmp");
        Directory.CreateDirectory(Path);
    }

    /// <summary>Where to write.</summary>
    public string Path { get; }

    /// <summary>Moves the folder to its destination.</summary>
    public void Commit()
    {
        if (Directory.Exists(_destination))
        {
            Directory.Delete(_destination);
        }

        Directory.Move(Path, _destination);
        _committed = true;
    }

    public void Dispose()
    {
        if (!_committed)
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
