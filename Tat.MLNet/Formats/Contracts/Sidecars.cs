namespace Tat.MLNet.Formats.Contracts;

/// <summary>The files that lie beside images.</summary>
internal static class Sidecars
{
    private static readonly HashSet<string> _sidecars = new(
        [".json", ".txt", ".csv", ".tsv", ".md", ".xml", ".html", ".pdf", ".log", ".bval", ".bvec", ".ini", ".db"],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a file is told by its name to accompany images: hidden files, texts, DICOM directories.</summary>
    public static bool Has(string file)
    {
        var name = Path.GetFileName(file);
        return name.StartsWith('.') || name.Equals("DICOMDIR", StringComparison.OrdinalIgnoreCase)
            || _sidecars.Contains(Path.GetExtension(name));
    }
}
