using Microsoft.ML;
using Tat.MLNet.Loading;

namespace Tat.MLNet;

public sealed partial class ImageRestorationCatalog
{
    /// <summary>Loads image pairs from the folder layout <c>ROOT/TASK/{train,validation,test}/{LQ,HQ}/NAME</c>.</summary>
    /// <param name="root">The root folder.</param>
    /// <param name="split">The folder of the split to take; <see langword="null"/> for all.</param>
    /// <returns>A lazy view; its columns are those of <see cref="ImagePairLoader"/>.</returns>
    /// <exception cref="InvalidDataException">There are no pairs, or an image has no counterpart; the message names it.</exception>
    /// <exception cref="DirectoryNotFoundException"><paramref name="root"/> does not exist.</exception>
    public IDataView LoadPairs(string root, string? split = "train") => LoadPairs(root, new ImagePairLoader.Options { Split = split });

    /// <summary>Loads image pairs from a folder layout like <c>ROOT/TASK/SPLIT/{LQ,HQ}/NAME</c>.</summary>
    /// <param name="root">The root folder.</param>
    /// <param name="options">What the folders are called.</param>
    /// <returns>A lazy view; its columns are those of <see cref="ImagePairLoader"/>.</returns>
    /// <exception cref="InvalidDataException">There are no pairs, or an image has no counterpart; the message names it.</exception>
    /// <exception cref="DirectoryNotFoundException"><paramref name="root"/> does not exist.</exception>
    public IDataView LoadPairs(string root, ImagePairLoader.Options options) =>
        CreatePairLoader(options).Load(new FileList(ImageFiles.Under(root), root));

    /// <summary>Loads the images that a list file names.</summary>
    /// <param name="path">A text with a heading and columns separated by commas, semicolons or tabs.</param>
    /// <param name="options">What its columns are called; <see langword="null"/> for <c>LowQuality</c>, <c>HighQuality</c>, <c>Task</c>,
    /// <c>SliceIndex</c>, and all others as further text columns.</param>
    /// <returns>A lazy view; its columns are those of <see cref="ImageListLoader"/>.</returns>
    /// <exception cref="InvalidDataException">The list lacks a column, or a line cannot be understood; the message names it.</exception>
    public IDataView LoadList(string path, ImageListLoader.Options? options = null) =>
        CreateListLoader(ImageListLoader.Infer(path, options ?? new())).Load(new FileList([path], path));

    /// <summary>Loads images without references, for scoring.</summary>
    /// <param name="path">An image file, or a folder whose files are all taken.</param>
    /// <param name="task">The task of all of them; <see langword="null"/> leaves it to <c>TagTask</c>.</param>
    /// <returns>A lazy view; its columns are those of <see cref="ImageFileLoader"/>.</returns>
    /// <exception cref="InvalidDataException">There are no images.</exception>
    /// <exception cref="DirectoryNotFoundException"><paramref name="path"/> does not exist.</exception>
    public IDataView LoadImages(string path, string? task = null) =>
        CreateImageLoader(new() { Task = task }).Load(new FileList(ImageFiles.Under(path), path));

    /// <summary>Loads the slices of DICOM series, sorted along their normal, in physical units.</summary>
    /// <param name="path">A file, a folder (with the folders in it), or a pattern with <c>*</c>, <c>?</c> and <c>**</c> (any folders), for
    /// example <c>archive/**/*.dcm</c>; files of several series may be mixed.</param>
    /// <param name="options">Which series, and how they are read; <see langword="null"/> for all, as regular volumes in HU, SUV and scanner
    /// intensity.</param>
    /// <returns>A view whose pixels are read when asked for; its columns are those of <see cref="DicomSeriesLoader"/>.</returns>
    /// <exception cref="InvalidDataException">There are no DICOM images.</exception>
    /// <exception cref="Formats.ImageFormatException">A file is damaged, or a series is no regular volume; the message names
    /// it.</exception>
    /// <exception cref="DirectoryNotFoundException"><paramref name="path"/> does not exist.</exception>
    public IDataView LoadDicom(string path, DicomSeriesLoader.Options? options = null) =>
        CreateDicomLoader(options).Load(new FileList(FilePattern.Files(path), path));

    /// <summary>Creates a loader of DICOM series for any source of files; it can be saved with a model.</summary>
    /// <param name="options">Which series, and how they are read; <see langword="null"/> for the defaults.</param>
    public DicomSeriesLoader CreateDicomLoader(DicomSeriesLoader.Options? options = null) => new(options ?? new());

    /// <summary>
    /// Creates a loader of image pairs for any source of files, for example <c>new MultiFileSource("data/.../*")</c>; it can be saved with
    /// a model.
    /// </summary>
    /// <param name="options">What the folders are called; <see langword="null"/> for the defaults.</param>
    public ImagePairLoader CreatePairLoader(ImagePairLoader.Options? options = null) => new(options ?? new());

    /// <summary>Creates a loader of the images that list files name; it can be saved with a model.</summary>
    /// <param name="options">What the columns of a list are called; <see langword="null"/> for the defaults.</param>
    public ImageListLoader CreateListLoader(ImageListLoader.Options? options = null) => new(options ?? new());

    /// <summary>Creates a loader of images without references; it can be saved with a model.</summary>
    /// <param name="options">What is known of the images; <see langword="null"/> for the defaults.</param>
    public ImageFileLoader CreateImageLoader(ImageFileLoader.Options? options = null) => new(options ?? new());
}
