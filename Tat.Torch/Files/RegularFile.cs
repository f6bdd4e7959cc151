namespace Tat.Torch.Files;

/// <summary>Opens files that have a content of their own: no pipe, socket or device, on which reading may wait for ever.</summary>
internal static class RegularFile
{
    /// <summary>Whether there is a file with a content.</summary>
    public static bool Exists(string path) => LengthOf(path) > 0;

    /// <summary>Number of bytes; 0 where there is no file, or none with a content.</summary>
    public static long LengthOf(string path) => Find(path) is { Problem: null, File: { } file } ? file.Length : 0;

    /// <summary>
    /// What keeps something that is there from being a file with a content, as the rest of a sentence; <see langword="null"/> for such a
    /// file, and where there is nothing.
    /// </summary>
    public static string? Refusal(string path) => Find(path).Problem;

    /// <summary>Opens a file for reading; others may read it, too.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">It is empty, or no regular file.</exception>
    public static FileStream Open(string path, int bufferSize = 1 << 16) => Refusal(path) is { } problem
        ? throw new InvalidDataException($"'{path}' is {problem}")
        : new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize);

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">It is empty, or no regular file, or too long for an array.</exception>
    public static byte[] ReadAllBytes(string path)
    {
        using var file = Open(path);
        if (file.Length > Array.MaxLength)
        {
            throw new InvalidDataException($"'{path}' has {file.Length >> 20} MB, and at most {Array.MaxLength >> 20} can be read.");
        }

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

    private static (FileInfo? File, string? Problem) Find(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            return default;
        }

        try
        {
            var target = file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo;
            return target is not { Exists: true } ? (null, "a link to something that does not exist; give a regular file.")
                : target.Length == 0 ? (null, "empty, or a pipe or device; give a regular file.") // whose length is 0
                : (target, null);
        }
        catch (IOException)
        {
            return (null, "a link that leads back to itself; give a regular file.");
        }
    }
}
