using System.Net;
using System.Text;

namespace Tat.Samples.Service.Dicomweb;

/// <summary>
/// Files or frames as the parts of <c>multipart/related</c>, read as they are sent: an answer (WADO-RS), or a request (STOW-RS).
/// </summary>
/// <param name="type">The media type of each.</param>
/// <param name="parts">How many bytes each has, and how it is read.</param>
internal sealed class DicomParts(string type, IReadOnlyList<(long Length, Func<Stream> Open)> parts) : HttpContent
{
    /// <summary>Objects as they are in files.</summary>
    public const string ObjectType = "application/dicom";

    /// <summary>Pixels of frames.</summary>
    public const string FrameType = "application/octet-stream";

    private readonly string _boundary = $"{Guid.NewGuid():N}";

    /// <param name="files">The files of objects.</param>
    public DicomParts(IEnumerable<string> files)
        : this(ObjectType, [.. files.Select(file => (new FileInfo(file).Length, new Func<Stream>(() => File.OpenRead(file))))])
    {
    }

    public string ContentType => $"multipart/related; type=\"{type}\"; boundary={_boundary}";

    /// <summary>Bytes of all.</summary>
    public long Length => parts.Sum(part => part.Length + Header.Length + 2) + End.Length;

    private byte[] Header => Encoding.ASCII.GetBytes($"--{_boundary}\r\nContent-Type: {type}"
        + $"{(type == FrameType ? $"; transfer-syntax={AcceptedTypes.TransferSyntax}" : "")}\r\n\r\n");

    private byte[] End => Encoding.ASCII.GetBytes($"--{_boundary}--\r\n");

    public async Task WriteAsync(Stream stream, CancellationToken cancellationToken)
    {
        foreach (var (_, open) in parts)
        {
            await stream.WriteAsync(Header, cancellationToken);
            await using (var content = open())
            {
                await content.CopyToAsync(stream, cancellationToken);
            }

            await stream.WriteAsync("\r\n"u8.ToArray(), cancellationToken);
        }

        await stream.WriteAsync(End, cancellationToken);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        WriteAsync(stream, cancellationToken);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => WriteAsync(stream, default);

    protected override bool TryComputeLength(out long length)
    {
        length = Length;
        return true;
    }
}
