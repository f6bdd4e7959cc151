using System.Text;

namespace Tat.Torch.Files.Writing;

/// <summary>
/// A file that appears under its name when it is complete and on the disk, or not at all; what is there before stays whole until then.
/// </summary>
/// <param name="destination">Its name; its folder is made where it is not there.</param>
internal sealed class AtomicFile(string destination) : IDisposable
{
    private readonly AtomicFiles _files = new(destination);

    /// <summary>Where it is until it is complete, for what writes to a path.</summary>
    public string Path => _files.PathOf(destination);

    /// <summary>Takes the content; seekable.</summary>
    public FileStream Stream => field ??= _files.Create(destination);

    /// <summary>Writes a file.</summary>
    public static void Write(string destination, Action<FileStream> write)
    {
        using var file = new AtomicFile(destination);
        write(file.Stream);
        file.Commit();
    }

    /// <summary>Writes text in UTF-8.</summary>
    public static void Write(string destination, string text) => Write(destination, Text(text));

    /// <summary>Writes lines in UTF-8.</summary>
    public static void Write(string destination, IEnumerable<string> lines) => Write(destination, Text(lines));

    /// <summary>What writes text in UTF-8.</summary>
    public static Action<Stream> Text(string text) => stream => stream.Write(Encoding.UTF8.GetBytes(text));

    /// <summary>What writes lines in UTF-8.</summary>
    public static Action<Stream> Text(IEnumerable<string> lines) => Text(string.Concat(lines.Select(line => line + "\n")));

    /// <summary>Finds out whether a file can be written, and leaves nothing behind.</summary>
    /// <exception cref="IOException">It cannot.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not.</exception>
    public static void Try(string destination)
    {
        var missing = MissingFolders.Of(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(destination))!);
        try
        {
            using var file = new AtomicFile(destination);
            file.Stream.WriteByte(0);
            file.Stream.Flush();
        }
        finally
        {
            missing.RemoveEmpty();
        }
    }

    /// <summary>Ends writing and puts the file in its place.</summary>
    public void Commit() => _files.Commit();

    /// <summary>Removes what was not put in its place.</summary>
    public void Dispose() => _files.Dispose();
}
