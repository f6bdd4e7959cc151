using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using Tat.Torch.Files;

namespace Tat.Torch.Imaging;

/// <summary>Writes PNG images (ISO/IEC 15948) of 8 bits a channel.</summary>
public static class Png
{
    private const byte Grey = 0;
    private const byte Colour = 2;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Encodes an image.</summary>
    /// <param name="samples">Row-major, one byte a pixel for grey or three for red, green, blue.</param>
    /// <param name="width">Number of columns.</param>
    /// <param name="height">Number of rows.</param>
    /// <exception cref="ArgumentException">The number of samples fits neither.</exception>
    public static byte[] Encode(ReadOnlySpan<byte> samples, int width, int height)
    {
        var channels = samples.Length == (long)width * height ? 1 : 3;
        if (samples.Length != (long)width * height * channels)
        {
            throw new ArgumentException(
                $"{MessageText.Amount(samples.Length, "sample makes", "samples make")} no image of {height} × {width}; give one "
                + "or three for each pixel.", nameof(samples));
        }

        using var file = new MemoryStream();
        file.Write(Signature);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        (header[8], header[9]) = (8, channels == 1 ? Grey : Colour);
        WriteChunk(file, "IHDR"u8, header);
        WriteChunk(file, "IDAT"u8, Compress(samples, width * channels, height, channels));
        WriteChunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    /// <summary>
    /// Each row as differences from the pixel to the left (filter 1), which compress best for smooth images, in a zlib stream.
    /// </summary>
    private static byte[] Compress(ReadOnlySpan<byte> samples, int stride, int height, int channels)
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var line = new byte[stride + 1];
            for (var row = 0; row < height; row++)
            {
                var source = samples.Slice(row * stride, stride);
                line[0] = 1;
                for (var i = 0; i < stride; i++)
                {
                    line[i + 1] = (byte)(source[i] - (i < channels ? 0 : source[i - channels]));
                }

                zlib.Write(line);
            }
        }

        return compressed.ToArray();
    }

    private static void WriteChunk(Stream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(type);
        file.Write(data);
        var checksum = new Crc32();
        checksum.Append(type);
        checksum.Append(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, checksum.GetCurrentHashAsUInt32());
        file.Write(number);
    }
}
