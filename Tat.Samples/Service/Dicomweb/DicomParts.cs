using System.Net;
using System.Text;

namespace Tat.Samples.Service.Dicomweb;

/// <summary>Files as the parts of <c>multipart/related</c>, read as they are sent: an answer (WADO-RS), or a request (STOW-RS).</summary>
/// <param name="files">The files.</param>
internal sealed class DicomParts(IReadOnlyList<string> files) : HttpContent
{
    private readonly string _boundary = $"{Guid.NewGuid():N}";

    public string ContentType => $"multipart/related; type=\"application/dicom\"; boundary={_boundary}";

    /// <summary>Bytes of all.</summary>
    public long Length => files.Sum(file => new FileInfo(file).Length + Header.Length + 2) + End.Length;

    private byte[] Header => Encoding.ASCII.GetBytes($"--{_boundary}\r\nContent-Type: application/dicom\r\n\r\n");

    private byte[] End => Encoding.ASCII.GetBytes($"--{_boundary}--\r\n");

    public async Task WriteAsync(Stream stream, CancellationToken cancellationToken)
    {
        foreach (var file in files)
        {
            await stream.WriteAsync(Header, cancellationToken);
            await using (var content = File.OpenRead(file))
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
