namespace Tat.Torch.Files;

/// <summary>Opens files that have a content of their own: no pipe, socket or device, on which reading may wait for ever.</summary>
internal static class RegularFile
{
    /// <summary>Whether there is a file with a content; pipes, sockets and devices have the length 0.</summary>
    public static bool Exists(string path) => LengthOf(path) > 0;

    /// <summary>Number of bytes; 0 where there is no file, or none with a content.</summary>
    public static long LengthOf(string path) => Target(path) is { Exists: true } file ? file.Length : 0;

    /// <summary>Opens a file for reading; others may read it, too.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">It is empty, or no regular file.</exception>
    public static FileStream Open(string path, int bufferSize = 1 << 16) => Target(path) is { Exists: true, Length: 0 }
        ? throw new InvalidDataException($"'{path}' is empty, or a pipe or device; give a regular file.")
        : new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize);

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">It is empty, or no regular file.</exception>
    public static byte[] ReadAllBytes(string path)
    {
        using var file = Open(path);
        var content = new byte[file.Length];
        file.ReadExactly(content);
        return content;
    }

    /// <summary>Reads a whole file as text: UTF-8, unless a byte order mark says otherwise.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">It is empty, or no regular file.</exception>
    public static string ReadAllText(string path)
    {
        using var reader = new StreamReader(Open(path));
        return reader.ReadToEnd();
    }

    private static FileInfo Target(string path)
    {
        var file = new FileInfo(path);
        try
        {
            return file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
        }
        catch (IOException)
        {
            return file; // a link in a circle: opening it says so
        }
    }
}
