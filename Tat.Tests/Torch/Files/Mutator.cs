using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Tat.Tests.Files;

/// <summary>
/// Damages files: bytes at random, and what the formats are made of: lengths, numbers in text, headers with their length, parts of
/// archives.
/// </summary>
internal sealed class Mutator(Random random)
{
    private static readonly string[] _numbers =
    [
        "0", "-1", "1e400", "NaN", "65536", "4294967296", "4611686018427387904", "18446744073709551616", "null",
        "99999999999999999999999999",
    ];

    /// <summary>A damaged copy.</summary>
    /// <param name="content">A whole file.</param>
    public byte[] Damage(byte[] content)
    {
        var isZip = content.AsSpan().StartsWith("PK\x03\x04"u8);
        return isZip && random.Next(3) > 0 ? DamagePart(content)
            : content is [0x1F, 0x8B, ..] && random.Next(3) > 0 ? DamageInflated(content)
            : content is [_, _, _, _, 0, 0, 0, 0, (byte)'{', ..] && random.Next(3) > 0 ? DamageHeader(content)
            : Scramble(content);
    }

    /// <summary>Damages a part of an archive, whose list and checksums then fit again.</summary>
    private byte[] DamagePart(byte[] content)
    {
        using var source = new ZipArchive(new MemoryStream(content));
        var chosen = random.Next(source.Entries.Count);
        using var bytes = new MemoryStream();
        using (var target = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            for (var i = 0; i < source.Entries.Count; i++)
            {
                using var part = new MemoryStream();
                using (var stream = source.Entries[i].Open())
                {
                    stream.CopyTo(part);
                }

                using var written = target.CreateEntry(source.Entries[i].FullName, CompressionLevel.NoCompression).Open();
                written.Write(i == chosen || source.Entries[i].Name == "data.pkl" ? Damage(part.ToArray()) : part.ToArray());
            }
        }

        return bytes.ToArray();
    }

    /// <summary>Damages what a gzip file holds, whose length and checksum then fit again.</summary>
    private byte[] DamageInflated(byte[] content)
    {
        using var inflated = new MemoryStream();
        using (var source = new GZipStream(new MemoryStream(content), CompressionMode.Decompress))
        {
            source.CopyTo(inflated);
        }

        using var bytes = new MemoryStream();
        using (var target = new GZipStream(bytes, CompressionLevel.Fastest))
        {
            target.Write(Damage(inflated.ToArray()));
        }

        return bytes.ToArray();
    }

    /// <summary>Damages the header of a safetensors file, whose length then fits again.</summary>
    private byte[] DamageHeader(byte[] content)
    {
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(content);
        var header = Scramble(content[8..(8 + length)]);
        return [.. BitConverter.GetBytes((long)header.Length), .. header, .. content[(8 + length)..]];
    }

    private byte[] Scramble(byte[] content)
    {
        var bytes = content.ToList();
        for (var change = random.Next(1, 5); change > 0 && bytes.Count > 0; change--)
        {
            var at = random.Next(random.Next(3) > 0 ? Math.Min(bytes.Count, 3000) : bytes.Count);
            var count = Math.Min(random.Next(1, 40), bytes.Count - at);
            switch (random.Next(8))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, count);
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count - count + 1), count));
                    break;
                case 4 when random.Next(4) == 0:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 5:
                    ReplaceNumber(bytes, at);
                    break;
                default:
                    for (var i = at; i < Math.Min(at + (4 << random.Next(2)), bytes.Count); i++)
                    {
                        bytes[i] = (byte)(random.Next(2) == 0 ? 0xFF : 0);
                    }

                    break;
            }
        }

        return [.. bytes];
    }

    private void ReplaceNumber(List<byte> bytes, int from)
    {
        var start = bytes.FindIndex(from, value => char.IsAsciiDigit((char)value));
        if (start >= 0)
        {
            var end = bytes.FindIndex(start, value => !char.IsAsciiDigit((char)value));
            bytes.RemoveRange(start, (end < 0 ? bytes.Count : end) - start);
            bytes.InsertRange(start, Encoding.ASCII.GetBytes(_numbers[random.Next(_numbers.Length)]));
        }
    }
}
