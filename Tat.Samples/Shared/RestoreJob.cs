using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom;
using Tat.MLNet.Formats.Nifti;
using Tat.Torch.Imaging;

namespace Tat.Samples.Shared;

/// <summary>An image to restore, and where the result goes.</summary>
internal sealed record RestoreJob(string Source, string Name, string Destination)
{
    private static readonly NiftiFormat _nifti = new();
    private static readonly DicomFormat _dicom = new();

    /// <summary>Whether the result is there.</summary>
    public bool IsDone => File.Exists(Destination) || Directory.Exists(Destination);

    /// <summary>Finds the images and names their results.</summary>
    /// <param name="inputs">Files and folders.</param>
    /// <param name="output">A file where there is one image, else a folder; <see langword="null"/> for the current folder.</param>
    public static IReadOnlyList<RestoreJob> Plan(IReadOnlyList<string> inputs, string? output)
    {
        var images = inputs.SelectMany(ImageInputs.Find).ToList();
        if (output is not null && (IsNiftiName(output) || IsDicomName(output)))
        {
            if (images.Count != 1)
            {
                throw new InvalidDataException($"'{output}' names one file, and there are {images.Count} images to restore; give a folder.");
            }

            var (source, name) = (images[0].Path, images[0].Name);
            if (IsDicomName(output) && !(File.Exists(source) && _dicom.Recognizes(source)))
            {
                throw new InvalidDataException($"'{output}' names one DICOM file, and '{source}' is not one; give a folder.");
            }

            return Check([new(source, name, output)]);
        }

        var jobs = images.Select(image => new RestoreJob(image.Path, image.Name, output is null ? $"{image.Name}_restored{EndingOf(image.Path)}" : Path.Combine(output, image.Name + EndingOf(image.Path)))).ToList();
        return Check(jobs);
    }

    private static List<RestoreJob> Check(List<RestoreJob> jobs)
    {
        if (jobs.Find(job => Path.GetFullPath(job.Source) == Path.GetFullPath(job.Destination)) is { } same)
        {
            throw new InvalidDataException($"'{same.Source}' would be replaced by its own result; give another --out.");
        }

        var twice = jobs.GroupBy(job => job.Destination).FirstOrDefault(group => group.Count() > 1);
        return twice is null ? jobs : throw new InvalidDataException($"'{twice.First().Source}' and '{twice.Last().Source}' would both be written to '{twice.Key}'; restore them one by one.");
    }

    /// <summary>Writes the result in the source's format, or as NIfTI where its name asks for that; what is there is replaced once the new result is complete.</summary>
    /// <exception cref="IOException">The result is a folder, and the folder that is there holds more than images of that format.</exception>
    public void Write(IImageScan scan, IEnumerable<ImageSlice> slices, DerivedImageOptions options, CancellationToken cancellationToken)
    {
        var format = IsNiftiName(Destination) ? _nifti : scan.Format;
        if (!Directory.Exists(Destination))
        {
            format.WriteDerived(scan, Destination, slices, options, cancellationToken);
            return;
        }

        if (Directory.EnumerateFiles(Destination, "*", SearchOption.AllDirectories).FirstOrDefault(file => !format.Recognizes(file)) is { } other)
        {
            throw new IOException($"'{Destination}' is not replaced: it holds '{Path.GetFileName(other)}', which is no {format.Name} image; give another --out.");
        }

        var complete = $"{Path.TrimEndingDirectorySeparator(Destination)}.{Guid.NewGuid():N}.tmp";
        try
        {
            format.WriteDerived(scan, complete, slices, options, cancellationToken);
            Directory.Delete(Destination, recursive: true);
            Directory.Move(complete, Destination);
        }
        finally
        {
            if (Directory.Exists(complete))
            {
                Directory.Delete(complete, recursive: true);
            }
        }
    }

    private static bool IsNiftiName(string path) =>
        new[] { ".nii", ".nii.gz", ".hdr", ".hdr.gz", ".img", ".img.gz" }.Any(ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    private static bool IsDicomName(string path) => path.EndsWith(".dcm", StringComparison.OrdinalIgnoreCase);

    /// <summary>The ending that tells the format; none for a folder that holds a series.</summary>
    private static string EndingOf(string path)
    {
        var name = Path.GetFileName(path);
        return Directory.Exists(path) ? "" : name[ImageInputs.WithoutEnding(name).Length..];
    }
}
