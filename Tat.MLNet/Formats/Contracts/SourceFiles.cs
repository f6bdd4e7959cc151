namespace Tat.MLNet.Formats.Contracts;

/// <summary>Keeps a result from taking the place of what it was made of.</summary>
internal static class SourceFiles
{
    /// <summary>Refuses to write over the files of a scan, or over a folder that holds one of them.</summary>
    /// <param name="scan">The scan.</param>
    /// <param name="targets">What is to be written.</param>
    /// <exception cref="IOException">One of them is the source.</exception>
    public static void Keep(IImageScan scan, params IEnumerable<string> targets)
    {
        string[] files = [.. scan.Files.Select(Path.GetFullPath)];
        foreach (var target in targets)
        {
            var path = Path.GetFullPath(target);
            var below = Path.TrimEndingDirectorySeparator(path) + Path.DirectorySeparatorChar;
            if (Array.Exists(files, file => file == path || file.StartsWith(below, StringComparison.Ordinal)))
            {
                throw new IOException($"'{scan.Path}' would be replaced by its own result; name another destination than '{target}'.");
            }
        }
    }
}
