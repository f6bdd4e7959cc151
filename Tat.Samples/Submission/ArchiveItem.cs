using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom;

namespace Tat.Samples.Submission;

/// <summary>What of an archive becomes one job: the DICOM files of a folder, or an image file of another format.</summary>
/// <param name="Name">The folder or file, relative to the archive.</param>
/// <param name="Folder">The folder that holds it, relative to the archive.</param>
/// <param name="Root">The full path of the folder that holds it.</param>
/// <param name="Files">The files to send.</param>
internal sealed record ArchiveItem(string Name, string Folder, string Root, IReadOnlyList<string> Files)
{
    /// <summary>The folders of an archive, each before those in it: nothing is held of those that were given, or are to come.</summary>
    public static IEnumerable<string> Folders(string archive) =>
        Directory.EnumerateDirectories(archive).SelectMany(Folders).Prepend(archive);

    /// <summary>The items among the files that lie in a folder itself.</summary>
    /// <param name="archive">The folder that holds everything.</param>
    /// <param name="folder">It, or one below it.</param>
    public static IEnumerable<ArchiveItem> In(string archive, string folder)
    {
        var below = Path.GetRelativePath(archive, folder);
        var dicom = new List<string>();
        foreach (var file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            switch (ImageFormats.All.FirstOrDefault(format => format.Recognizes(file)))
            {
                case DicomFormat:
                    dicom.Add(file);
                    break;
                case not null when PixelsOf(file) is { } pixels:
                    yield return new(Path.GetRelativePath(archive, file), below, folder, [file, pixels]);
                    break;
                case not null when !IsOfPair(file):
                    yield return new(Path.GetRelativePath(archive, file), below, folder, [file]);
                    break;
            }
        }

        if (dicom.Count > 0)
        {
            yield return new(below, folder == archive ? below : Path.GetDirectoryName(below)!, Path.GetDirectoryName(folder)!, dicom);
        }
    }

    private static string? PixelsOf(string file) =>
        Path.GetExtension(file).Equals(".hdr", StringComparison.OrdinalIgnoreCase) && Path.ChangeExtension(file, ".img") is { } pixels
            && File.Exists(pixels) ? pixels : null;

    private static bool IsOfPair(string file) =>
        Path.GetExtension(file).Equals(".img", StringComparison.OrdinalIgnoreCase) && File.Exists(Path.ChangeExtension(file, ".hdr"));
}
