using System.Runtime.InteropServices;
using Tat.Torch.Files;

namespace Tat.MLNet.Formats;

/// <summary>
/// The bytes of an image file and a name for it: a file, or content that an application has in memory or in its own store, such as an
/// upload.
/// </summary>
/// <remarks>
/// Of contents that are no files nothing is ever written to a temporary file, and messages call them as the application does. Safe for
/// concurrent use.
/// </remarks>
public sealed class ImageContent
{
    private readonly Func<int, Stream> _open;
    private readonly Func<long> _length;

    private ImageContent(string name, Func<int, Stream> open, Func<long> length)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        (Name, _open, _length) = (name, open, length);
    }

    /// <summary>Bytes in memory.</summary>
    /// <param name="name">What messages call the image; its ending tells a NIfTI file and a .bin, as that of a file does. DICOM and NumPy's
    /// arrays need none.</param>
    /// <param name="bytes">The content, compressed or not. It is not copied, and must not change while the image is in use.</param>
    public ImageContent(string name, ReadOnlyMemory<byte> bytes)
        : this(name, _ => OpenBytes(bytes), () => bytes.Length)
    {
    }

    /// <summary>Streams of the application.</summary>
    /// <param name="name">What messages call the image; its ending tells a NIfTI file and a .bin, as that of a file does. DICOM and NumPy's
    /// arrays need none.</param>
    /// <param name="open">
    /// Opens a stream that can seek, at the beginning of the content; each is disposed of after use. Called whenever bytes are needed, also
    /// by several threads at a time.
    /// </param>
    public ImageContent(string name, Func<Stream> open)
        : this(name, _ => Seekable(name, open), () => LengthOf(Seekable(name, open))) => ArgumentNullException.ThrowIfNull(open);

    /// <summary>What messages call the image; for a file its path.</summary>
    public string Name { get; }

    /// <summary>The file; <see langword="null"/> for what is none.</summary>
    internal string? Path { get; private init; }

    /// <summary>Number of bytes.</summary>
    internal long Length => _length();

    /// <summary>What keeps it from being read, as the rest of a sentence; <see langword="null"/> where nothing is seen.</summary>
    internal string? Refusal => Path is null
        ? Length == 0 ? "it is empty; get a complete copy." : null
        : RegularFile.Refusal(Path);

    /// <summary>Reads what is left of a stream, which need not be able to seek, into memory.</summary>
    /// <param name="name">What messages call the image.</param>
    /// <param name="stream">The stream; it is read to its end, and not disposed of.</param>
    /// <exception cref="IOException">The stream fails, or is longer than 2 GiB.</exception>
    public static ImageContent Read(string name, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return new(name, bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
    }

    /// <summary>Reads what is left of a stream, which need not be able to seek, into memory.</summary>
    /// <param name="name">What messages call the image.</param>
    /// <param name="stream">The stream; it is read to its end, and not disposed of.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="IOException">The stream fails, or is longer than 2 GiB.</exception>
    public static async Task<ImageContent> ReadAsync(string name, Stream stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, cancellationToken).ConfigureAwait(false);
        return new(name, bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
    }

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    /// <summary>A file, which need not be there before it is opened.</summary>
    internal static ImageContent OfFile(string path) =>
        new(path, buffer => RegularFile.Open(path, buffer), () => RegularFile.LengthOf(path)) { Path = path };

    /// <summary>Opens the content at its beginning.</summary>
    /// <param name="bufferSize">Bytes that are read ahead from a file.</param>
    /// <exception cref="InvalidDataException">It is a file without content.</exception>
    internal Stream Open(int bufferSize = 1 << 16) => _open(bufferSize);

    private static MemoryStream OpenBytes(ReadOnlyMemory<byte> bytes) => MemoryMarshal.TryGetArray(bytes, out var array)
        ? new(array.Array!, array.Offset, array.Count, writable: false)
        : new(bytes.ToArray(), writable: false);

    private static Stream Seekable(string name, Func<Stream> open)
    {
        var stream = open();
        if (stream.CanSeek)
        {
            return stream;
        }

        stream.Dispose();
        throw new NotSupportedException($"The stream of '{name}' cannot seek; read it into memory with {nameof(ImageContent)}.Read.");
    }

    private static long LengthOf(Stream stream)
    {
        using (stream)
        {
            return stream.Length;
        }
    }
}
