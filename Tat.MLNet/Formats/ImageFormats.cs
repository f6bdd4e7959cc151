using System.Collections.Immutable;
using Tat.Torch.Files;

namespace Tat.MLNet.Formats;

/// <summary>The image formats that can be read and written.</summary>
public static class ImageFormats
{
    private static readonly Dicom.DicomFormat _dicom = new();

    private static ImmutableList<IImageFormat> _all = [new Nifti.NiftiFormat(), _dicom, new Tensors.TensorFormat()];

    /// <summary>All formats, in the order in which they are asked whether they recognise a file.</summary>
    public static IReadOnlyList<IImageFormat> All => _all;

    /// <summary>
    /// Adds a format of your own for the whole process; it is asked before those that are there, and replaces one of the same name.
    /// </summary>
    /// <param name="format">The format. Whatever opens images asks it from now on: loaders, whole scans, prediction engines.</param>
    public static void Register(IImageFormat format)
    {
        ArgumentNullException.ThrowIfNull(format);
        ArgumentException.ThrowIfNullOrEmpty(format.Name);
        ImmutableInterlocked.Update(ref _all, known => known.RemoveAll(other => other.Name == format.Name).Insert(0, format));
    }

    /// <summary>Opens an image file, or a folder that holds one series, whatever its format.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="options">How to understand it; <see langword="null"/> for the defaults.</param>
    /// <exception cref="FileNotFoundException">There is nothing at that path.</exception>
    /// <exception cref="ImageFormatException">No format recognises it, or it is damaged.</exception>
    /// <exception cref="InvalidDataException">The options ask for a plane, and it does not record its orientation; or for a finer grid in
    /// another plane than that of acquisition.</exception>
    public static IImageScan Open(string path, ImageReadOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path) && !Directory.Exists(path))
        {
            throw new FileNotFoundException($"'{path}' does not exist; check the path.", path);
        }

        if (RegularFile.Refusal(path) is { } problem)
        {
            throw new ImageFormatException(path, problem);
        }

        options ??= new();
        return (TryDicomFile(path, options) ?? FormatOf(path).Open(path, options)).InPlane(options.Plane).Upsampled(options.Upsampling);
    }

    /// <summary>Opens an image that need not be a file: a NIfTI, an array, a DICOM object, or the objects of a DICOM series.</summary>
    /// <param name="contents">
    /// The image, the header and the voxels of a NIfTI pair, or DICOM objects in any order; their names must differ.
    /// </param>
    /// <param name="options">How to understand it; <see langword="null"/> for the defaults.</param>
    /// <returns>The scan. It reads the contents when pixels are asked for, and calls the image as the first of them.</returns>
    /// <exception cref="ArgumentException">There are no contents, or several of one name.</exception>
    /// <exception cref="ImageFormatException">They are of no format that can be read from what are no files, or damaged.</exception>
    /// <exception cref="InvalidDataException">The options ask for a plane, and it does not record its orientation; or for a finer grid in
    /// another plane than that of acquisition.</exception>
    public static IImageScan Open(IReadOnlyList<ImageContent> contents, ImageReadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(contents);
        if (contents.Count == 0)
        {
            throw new ArgumentException("There is no content to open; give that of an image.", nameof(contents));
        }

        if (contents.CountBy(content => content.Name).FirstOrDefault(name => name.Value > 1).Key is { } twice)
        {
            throw new ArgumentException($"Several contents are called '{twice}'; give each a name of its own.", nameof(contents));
        }

        options ??= new();
        if (contents is [{ Refusal: { } problem } only])
        {
            throw new ImageFormatException(only.Name, problem);
        }

        var scan = All.Select(format => format.TryOpen(contents, options)).FirstOrDefault(scan => scan is not null)
            ?? throw new ImageFormatException(contents[0].Name, "not an image of a format that is read from memory and streams; NIfTI, "
                + "DICOM and arrays are.");
        return scan.InPlane(options.Plane).Upsampled(options.Upsampling);
    }

    /// <summary>A DICOM file, whose name tells nothing, is recognised by being read, so that it is opened once.</summary>
    private static IImageScan? TryDicomFile(string path, ImageReadOptions options) =>
        File.Exists(path) && Nifti.NiftiPaths.EndingOf(path) is null && _all.Contains(_dicom)
            && !_all.TakeWhile(format => format is not Nifti.NiftiFormat).Any(format => format.Recognizes(path))
            ? _dicom.TryOpenFile(ImageContent.OfFile(path), options)
            : null;

    private static IImageFormat FormatOf(string path)
    {
        var known = All;
        return known.FirstOrDefault(candidate => candidate.Recognizes(path))
            ?? throw new ImageFormatException(
                path, $"not an image of a known format; {string.Join(" and ", known.Select(candidate => candidate.Name))} can be read.");
    }
}
