namespace Tat.Torch.Files.Writing;

/// <summary>Files of one folder that appear together when all are complete and on the disk: all are old, or all new, and while old ones give way the last may be absent.</summary>
internal sealed class AtomicFiles : IDisposable
{
    private readonly Staging _staging;
    private readonly Dictionary<string, string> _paths = [];
    private readonly List<FileStream> _streams = [];

    /// <summary>Prepares files; their folder is made where it is not there.</summary>
    /// <param name="destinations">Their names; that which a reader looks for at the end.</param>
    /// <exception cref="ArgumentException">They are not in one folder.</exception>
    /// <exception cref="IOException">One of them is a folder, which is no older file to be replaced.</exception>
    public AtomicFiles(params IReadOnlyList<string> destinations)
    {
        string[] names = [.. destinations.Select(Path.GetFullPath).Distinct()];
        var folder = Path.GetDirectoryName(names[0])!;
        if (Array.Find(names, name => Path.GetDirectoryName(name) != folder) is { } other)
        {
            throw new ArgumentException($"'{other}' is not in '{folder}', as the files are that it belongs to.", nameof(destinations));
        }

        if (Array.Find(names, Directory.Exists) is { } taken)
        {
            throw new IOException($"'{taken}' is a folder; name another file, or move it away.");
        }

        _staging = new(folder);
        foreach (var name in names)
        {
            _paths[name] = _staging.Add(Path.GetFileName(name));
        }
    }

    /// <summary>Where a file is until all are complete, for what writes to a path.</summary>
    public string PathOf(string destination) => _paths[Path.GetFullPath(destination)];

    /// <summary>Opens a file, which takes its content; seekable.</summary>
    public FileStream Create(string destination)
    {
        var stream = new FileStream(PathOf(destination), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read, bufferSize: 1 << 16);
        _streams.Add(stream);
        return stream;
    }

    /// <summary>Ends writing and puts everything in its place.</summary>
    public void Commit()
    {
        Close();
        _staging.Commit();
    }

    /// <summary>Removes what was not put in its place.</summary>
    public void Dispose()
    {
        try
        {
            Close();
        }
        finally
        {
            _staging.Dispose();
        }
    }

    private void Close()
    {
        foreach (var stream in _streams)
        {
            stream.Dispose();
        }
    }
}
