using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using Tat.Torch.Files;

namespace Tat.Torch.TensorFiles.PyTorch;

/// <summary>
/// The list of parts at the end of a zip file (APPNOTE.TXT 6.3, sections 4.3.14 to 4.3.16), whose length is checked before it is read.
/// </summary>
internal static class ZipDirectory
{
    /// <summary>Bytes of the list: twenty thousand parts with names as PyTorch gives them, where a network has some thousands.</summary>
    private const long Longest = 2 << 20;
    private const int EndRecord = 22;
    private const int Locator = 20;
    private const int LongestComment = ushort.MaxValue;

    /// <summary>Opens a zip file and reads its list.</summary>
    /// <param name="stream">Disposed with the result, and where there is none.</param>
    /// <exception cref="InvalidDataException">The list is damaged, or would take much memory.</exception>
    public static ZipArchive Open(Stream stream)
    {
        try
        {
            Check(stream);
            var archive = new ZipArchive(stream, ZipArchiveMode.Read);
            _ = archive.Entries.Count;
            return archive;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Compares the parts of a zip file with their checksums, which .NET does not; the small ones first, until they are
    /// <see cref="ReadBudget.Overhead"/> together: only weights need more, and have a checksum of their own.
    /// </summary>
    /// <param name="stream">The file; stays open, and is at its start afterwards.</param>
    /// <exception cref="InvalidDataException">It is no zip file, or damaged.</exception>
    public static void Verify(Stream stream)
    {
        Check(stream);
        using var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
        var rest = ReadBudget.Overhead;
        foreach (var entry in archive.Entries.OrderBy(entry => entry.Length).TakeWhile(entry => (rest -= entry.Length) >= 0))
        {
            using var content = entry.Open();
            var checksum = new Crc32();
            checksum.Append(content);
            if (checksum.GetCurrentHashAsUInt32() != entry.Crc32)
            {
                throw new InvalidDataException($"the checksum of its part '{MessageText.OneLine(entry.FullName, 120)}' does not match its "
                    + "content; copy the file again");
            }
        }

        stream.Position = 0;
    }

    private static void Check(Stream stream)
    {
        var tail = new byte[Math.Min(stream.Length, Locator + EndRecord + LongestComment)];
        stream.Position = stream.Length - tail.Length;
        stream.ReadExactly(tail);
        var end = tail.AsSpan().LastIndexOf("PK\x05\x06"u8);
        if (end >= 0 && end + EndRecord <= tail.Length && stream.Length - Start(stream, tail, end) > Longest + tail.Length)
        {
            throw new InvalidDataException($"its list of parts is longer than {Longest >> 20} MB, more than any model has");
        }

        stream.Position = 0;
    }

    private static long Start(Stream stream, byte[] tail, int end)
    {
        var start = BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(end + 16));
        if (start != uint.MaxValue || end < Locator)
        {
            return start;
        }

        Span<byte> record = stackalloc byte[56];
        var place = BinaryPrimitives.ReadInt64LittleEndian(tail.AsSpan(end - Locator + 8));
        if (place < 0 || place > stream.Length - record.Length)
        {
            return stream.Length;
        }

        stream.Position = place;
        stream.ReadExactly(record);
        return Math.Max(0, BinaryPrimitives.ReadInt64LittleEndian(record[48..]));
    }
}
