namespace Tat.Samples.Shell;

/// <summary>Writes text that appears whole or not at all.</summary>
internal static class TextFile
{
    /// <summary>Writes lines; a file that is there is replaced.</summary>
    public static void Write(string path, IEnumerable<string> lines)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            File.WriteAllLines(temporary, lines);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
