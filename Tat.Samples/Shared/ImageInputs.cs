using Tat.MLNet.Formats;
using Tat.Torch.Files;
using Tat.Torch.Tasks;

namespace Tat.Samples.Shared;

/// <summary>Finds the images that a path of the command line means.</summary>
internal static class ImageInputs
{
    private static readonly string[] _endings = [".nii.gz", ".hdr.gz", ".img.gz", ".nii", ".hdr", ".img", ".dcm", ".ima"];

    /// <summary>A file or a folder that holds one series is one image; of any other folder all images below it, in the order of their names.</summary>
    /// <returns>Each image and what to call it: its path below the folder, without the ending.</returns>
    /// <exception cref="FileNotFoundException">There is nothing at that path, or no image in the folder.</exception>
    public static IReadOnlyList<(string Path, string Name)> Find(string path)
    {
        if (!Directory.Exists(path))
        {
            return [(path, WithoutEnding(Path.GetFileName(path)))];
        }

        if (IsImage(path))
        {
            return [(path, Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))))];
        }

        // The header stands for a .hdr/.img pair, a folder for the series in it.
        var inside = new FolderWalk(path);
        var folders = inside.Folders.Where(IsImage).ToList();
        var files = inside.Files
            .Where(file => !folders.Any(folder => file.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal)))
            .Where(file => !file.Contains(".img", StringComparison.OrdinalIgnoreCase) && IsImage(file));
        var images = folders.Concat(files).Order(StringComparer.Ordinal).Select(image => (image, WithoutEnding(Path.GetRelativePath(path, image)))).ToList();
        return images.Count > 0 ? images : throw new FileNotFoundException($"'{path}' holds no images that can be read; {string.Join(" and ", ImageFormats.All.Select(format => format.Name))} can.");
    }

    /// <summary>A file name without the ending that tells its format.</summary>
    public static string WithoutEnding(string name)
    {
        var ending = _endings.FirstOrDefault(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
        return ending is null ? name : name[..^ending.Length];
    }

    /// <summary>The task of a DICOM modality; <see langword="null"/> for another one.</summary>
    public static string? TaskOfModality(string? modality) => modality switch
    {
        "CT" => RestorationTask.Ct.Name,
        "MR" => RestorationTask.Mri.Name,
        "PT" => RestorationTask.Pet.Name,
        _ => null,
    };

    /// <summary>Refuses an image whose modality is not that of the task.</summary>
    public static void CheckModality(IImageScan scan, RestorationTask task)
    {
        if (TaskOfModality(scan.Modality) is { } expected && TaskVocabulary.Paper.TryGet(task.Name, out _) && !expected.Equals(task.Name, StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidDataException($"'{scan.Path}' is of modality {scan.Modality}, and the task is {task}; give --task {expected}.");
        }
    }

    private static bool IsImage(string path) => ImageFormats.All.Any(format => format.Recognizes(path));
}
