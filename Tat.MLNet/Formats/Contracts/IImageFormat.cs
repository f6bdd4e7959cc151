using Tat.Torch.Imaging;

namespace Tat.MLNet.Formats;

/// <summary>A file format of medical images: recognises its files, opens them and writes restored copies of them.</summary>
/// <remarks>Implementations have no state and are safe for concurrent use.</remarks>
public interface IImageFormat
{
    /// <summary>The format's name, for example <c>NIfTI</c>.</summary>
    string Name { get; }

    /// <summary>Whether a file or folder is of this format, judged by its first bytes and its name; never throws for what is not.</summary>
    /// <param name="path">An existing file or folder.</param>
    bool Recognizes(string path);

    /// <summary>Opens a file, or a folder that holds one series, without reading pixels yet.</summary>
    /// <param name="path">An existing file or folder.</param>
    /// <exception cref="ImageFormatException">It is damaged, or of a kind that cannot be read; the message names the file and the
    /// cause.</exception>
    IImageScan Open(string path);

    /// <summary>Opens a file, or a folder that holds one series, without reading pixels yet.</summary>
    /// <param name="path">An existing file or folder.</param>
    /// <param name="options">How to understand it.</param>
    /// <exception cref="ImageFormatException">It is damaged, or of a kind that cannot be read; the message names the file and the
    /// cause.</exception>
    IImageScan Open(string path, ImageReadOptions options) => Open(path);

    /// <summary>Opens contents that need not be files, without reading pixels yet.</summary>
    /// <param name="contents">The contents of one image or series; their names differ.</param>
    /// <param name="options">How to understand it.</param>
    /// <returns>The scan; <see langword="null"/> where they are not of this format, or the format reads files only.</returns>
    /// <exception cref="ImageFormatException">They are damaged, or of a kind that cannot be read; the message names the content and the
    /// cause.</exception>
    IImageScan? TryOpen(IReadOnlyList<ImageContent> contents, ImageReadOptions options) => null;

    /// <summary>Writes restored slices as a copy of the scan that they come from: same format, geometry and descriptive data.</summary>
    /// <param name="source">The scan that was restored.</param>
    /// <param name="destination">The file or folder to write; it appears whole or not at all.</param>
    /// <param name="slices">The restored slices in the order of <paramref name="source"/>, in its unit; taken one at a time.</param>
    /// <param name="options">
    /// How to describe the result, and with <see cref="DerivedImageOptions.Output"/> where it goes instead of to files;
    /// <see langword="null"/> for the defaults.
    /// </param>
    /// <param name="cancellationToken">Stops between slices and leaves nothing behind.</param>
    void WriteDerived(IImageScan source, string destination, IEnumerable<ImageSlice> slices, DerivedImageOptions? options = null,
        CancellationToken cancellationToken = default);
}
