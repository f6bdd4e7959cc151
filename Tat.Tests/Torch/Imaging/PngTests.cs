using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Tat.Torch.Imaging;

namespace Tat.Tests.Reports;

[TestClass]
public sealed class PngTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    public void Chunks_and_samples_follow_the_standard(int channels)
    {
        var samples = new byte[7 * 5 * channels];
        new Random(channels).NextBytes(samples);
        var chunks = ReadChunks(Png.Encode(samples, 7, 5));
        CollectionAssert.AreEqual(new[] { "IHDR", "IDAT", "IEND" }, chunks.Select(chunk => chunk.Type).ToArray());
        CollectionAssert.AreEqual(new byte[] { 0, 0, 0, 7, 0, 0, 0, 5, 8, (byte)(channels == 1 ? 0 : 2), 0, 0, 0 }, chunks[0].Data);

        using var zlib = new ZLibStream(new MemoryStream(chunks[1].Data), CompressionMode.Decompress);
        for (var row = 0; row < 5; row++)
        {
            Assert.AreEqual(1, zlib.ReadByte());
            var line = new byte[7 * channels];
            for (var i = 0; i < line.Length; i++)
            {
                line[i] = (byte)(zlib.ReadByte() + (i < channels ? 0 : line[i - channels]));
            }

            CollectionAssert.AreEqual(samples[(row * line.Length)..((row + 1) * line.Length)], line);
        }
    }

    [TestMethod]
    public void A_wrong_number_of_samples_is_refused() => Assert.ThrowsExactly<ArgumentException>(() => Png.Encode(new byte[10], 3, 3));

    private static List<(string Type, byte[] Data)> ReadChunks(byte[] file)
    {
        CollectionAssert.AreEqual(new byte[] { 0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A }, file[..8]);
        var chunks = new List<(string, byte[])>();
        for (var at = 8; at < file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            Assert.AreEqual(Checksum(file.AsSpan(at + 4, length + 4)), BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at + 8 + length)));
            chunks.Add((Encoding.ASCII.GetString(file, at + 4, 4), file[(at + 8)..(at + 8 + length)]));
            at += 12 + length;
        }

        return chunks;
    }

    /// <summary>CRC-32 bit by bit, as annex D of the standard defines it.</summary>
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var remainder = uint.MaxValue;
        foreach (var value in bytes)
        {
            remainder ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                remainder = (remainder >> 1) ^ (0xEDB88320 & (uint)-(int)(remainder & 1));
            }
        }

        return ~remainder;
    }
}
