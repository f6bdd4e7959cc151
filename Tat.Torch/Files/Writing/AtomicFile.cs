using System.Text;

namespace Tat.Torch.Files.Writing;

/// <summary>A file that appears under its name when it is complete and on the disk, or not at all; what is there before stays whole until then.</summary>
internal sealed class AtomicFile : IDisposable
{
    private readonly string _folder;
    private readonly Staging _staging;
    private readonly List<FileStream> _streams = [];

    /// <summary>Prepares a file; its folder is made where it is not there.</summary>
    /// <param name="destination">Its name.</param>
    public AtomicFile(string destination)
    {
        destination = System.IO.Path.GetFullPath(destination);
        _folder = System.IO.Path.GetDirectoryName(destination)!;
        _staging = new(_folder);
        Path = _staging.Add(System.IO.Path.GetFileName(destination));
    }

    /// <summary>Where it is until it is complete, for what writes to a path.</summary>
    public string Path { get; }

    /// <summary>Takes the content; seekable.</summary>
    public FileStream Stream => field ??= Create(Path);

    /// <summary>Writes a file.</summary>
    public static void Write(string destination, Action<FileStream> write)
    {
        using var file = new AtomicFile(destination);
        write(file.Stream);
        file.Commit();
    }

    /// <summary>Writes text in UTF-8.</summary>
    public static void Write(string destination, string text) => Write(destination, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Writes lines in UTF-8.</summary>
    public static void Write(string destination, IEnumerable<string> lines) => Write(destination, string.Concat(lines.Select(line => line + "\n")));

    /// <summary>Finds out whether a file can be written, and leaves nothing behind.</summary>
    /// <exception cref="IOException">It cannot.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not.</exception>
    public static void Try(string destination)
    {
        using var file = new AtomicFile(destination);
        file.Stream.WriteByte(0);
        file.Stream.Flush();
    }

    /// <summary>Adds a file of the same folder, which appears together with the first: both are old or both new. It is the one that a reader looks for.</summary>
    /// <returns>Takes its content.</returns>
    public FileStream Add(string destination)
    {
        destination = System.IO.Path.GetFullPath(destination);
        return System.IO.Path.GetDirectoryName(destination) == _folder
            ? Create(_staging.Add(System.IO.Path.GetFileName(destination)))
            : throw new ArgumentException($"'{destination}' is not in '{_folder}', as the file is that it belongs to.", nameof(destination));
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

    private FileStream Create(string path)
    {
        var stream = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read, bufferSize: 1 << 16);
        _streams.Add(stream);
        return stream;
    }
}
