using Tat.MLNet.Formats.Contracts;
using Tat.Torch.Files;
using Tat.Torch.Files.Writing;
using Tat.Torch.Imaging;
using Tat.Torch.TensorFiles;
using Tat.Torch.TensorFiles.PyTorch;

namespace Tat.MLNet.Formats.Tensors;

/// <summary>
/// Files that hold a single array: <c>.bin</c> files with one PyTorch tensor, pickled as in the published training data or written by
/// <c>torch.save</c>, and NumPy's <c>.npy</c>.
/// </summary>
/// <remarks>
/// The last two axes are rows and columns, the axes before them slices. Values are taken as they are: in the task's unit. Reading runs no
/// code of the file, and sizes are compared with the file before memory is taken. A restored copy has the format and shape of its source,
/// in single precision.
/// </remarks>
public sealed class TensorFormat : IImageFormat
{
    /// <inheritdoc/>
    public string Name => "tensor (.bin, .npy)";

    /// <inheritdoc/>
    public bool Recognizes(string path) => File.Exists(path) && Recognizes(ImageContent.OfFile(path));

    /// <inheritdoc/>
    public IImageScan Open(string path) => Open(ImageContent.OfFile(path));

    /// <inheritdoc/>
    public IImageScan? TryOpen(IReadOnlyList<ImageContent> contents, ImageReadOptions options) =>
        contents is [var only] && Recognizes(only) ? Open(only) : null;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The destination ends neither in .bin nor in .npy, or the slices are not as many or as large as
    /// in the source.</exception>
    public void WriteDerived(IImageScan source, string destination, IEnumerable<ImageSlice> slices, DerivedImageOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(slices);
        var extension = Path.GetExtension(destination).ToLowerInvariant();
        if (extension is not (".bin" or ".npy"))
        {
            throw new ArgumentException($"'{destination}' must end in .bin or .npy.", nameof(destination));
        }

        var values = new List<float>();
        foreach (var slice in slices)
        {
            cancellationToken.ThrowIfCancellationRequested();
            values.AddRange(slice.Pixels);
        }

        long[] shape = (source as TensorScan)?.Shape ?? [source.SliceCount, source.Rows, source.Columns];
        if (values.Count != shape.Aggregate(1L, (product, side) => product * side))
        {
            throw new ArgumentException(
                $"The slices have {MessageText.Amount(values.Count, "pixel")} in all, and the source [{string.Join(", ", shape)}]: give "
                + "as many slices of the same size.", nameof(slices));
        }

        void Write(Stream stream)
        {
            if (extension == ".npy")
            {
                NumpyFile.Write(stream, values.ToArray(), shape);
            }
            else
            {
                stream.Write(TorchFileWriter.PickleTensor(values.ToArray(), shape));
            }
        }

        if (options?.Output is { } output)
        {
            using var stream = output(destination);
            Write(stream);
            return;
        }

        SourceFiles.Keep(source, destination);
        AtomicFile.Write(destination, Write);
    }

    private static bool Recognizes(ImageContent content)
    {
        try
        {
            return NumberArray.Recognizes(content.Name, () => content.Open());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return false;
        }
    }

    private TensorScan Open(ImageContent content)
    {
        try
        {
            var array = NumberArray.Open(content.Name, () => content.Open());
            return array.Shape is [.., var rows, var columns] && array.Shape.All(side => side > 0) && rows <= Array.MaxLength / columns
                && array.Shape[..^2].Aggregate(1.0, (product, side) => product * side) < int.MaxValue
                ? new TensorScan(content.Name, this, array)
                : throw new ImageFormatException(
                    content.Name, $"it is an array of shape [{string.Join(", ", array.Shape)}], and an image needs rows and columns, in "
                        + "all no more than memory holds.");
        }
        catch (InvalidDataException exception)
        {
            throw new ImageFormatException(
                content.Name, $"{(exception.InnerException ?? exception).Message.TrimEnd('.')}; it is not an image tensor, or damaged.",
                exception);
        }
    }
}
