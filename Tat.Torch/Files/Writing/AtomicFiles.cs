namespace Tat.Torch.Files.Writing;

/// <summary>
/// Files that appear together when all are complete and on the disk: all are old, or all new, and while old ones give way they may be
/// absent, the last the longest.
/// </summary>
internal sealed class AtomicFiles : IDisposable
{
    private readonly List<Staging> _folders = [];
    private readonly Dictionary<string, string> _paths = [];
    private readonly List<FileStream> _streams = [];

    /// <summary>Prepares files; their folders are made where they are not there.</summary>
    /// <param name="destinations">Their names; that which a reader looks for at the end.</param>
    /// <exception cref="IOException">One of them is a folder, a pipe or a device, which are no older files to be replaced.</exception>
    public AtomicFiles(params IReadOnlyList<string> destinations)
    {
        string[] names = [.. destinations.Select(Path.GetFullPath).Distinct()];
        if (Array.Find(names, Directory.Exists) is { } taken)
        {
            throw new IOException($"'{taken}' is a folder; name another file, or move it away.");
        }

        if (Array.Find(names, Disk.IsSpecial) is { } special)
        {
            throw new IOException($"'{special}' is a pipe or device, which a file would take the place of; name another file.");
        }

        try
        {
            foreach (var folder in names.GroupBy(name => Path.GetDirectoryName(name)!))
            {
                var staging = new Staging(folder.Key);
                _folders.Add(staging);
                foreach (var name in folder)
                {
                    _paths[name] = staging.Add(Path.GetFileName(name));
                }
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Writes files.</summary>
    /// <param name="files">Their names, that which a reader looks for at the end, and what writes them.</param>
    public static void Write(params IReadOnlyList<(string Path, Action<Stream> Write)> files)
    {
        using var all = new AtomicFiles([.. files.Select(file => file.Path)]);
        foreach (var (path, write) in files)
        {
            write(all.Create(path));
        }

        all.Commit();
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
        if (_folders is [var only])
        {
            only.Commit();
        }
        else
        {
            Staging.CommitTogether(_folders);
        }
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
            _folders.ForEach(folder => folder.Dispose());
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
