using System.IO.Compression;
using Microsoft.Win32.SafeHandles;
using Tat.Torch.Files;

namespace Tat.MLNet.Formats.Nifti;

/// <summary>Random access to a range of a plain or gzip-compressed file. Safe for concurrent reads.</summary>
internal abstract class NiftiBytes : IDisposable
{
    /// <summary>What deflate reaches at best is 1032 : 1, so that a compressed file cannot hold more than this times its length.</summary>
    private const long DeflateLimit = 1032;

    /// <summary>Inflated bytes that are kept in memory; what is longer goes to a private temporary file.</summary>
    private const long MemoryLimit = 1L << 29;

    private const int BlockSize = 1 << 20;

    /// <summary>Reads bytes; the range is inside what was opened.</summary>
    public abstract void Read(long offset, Span<byte> destination);

    public abstract void Dispose();

    public static bool IsGzip(string path)
    {
        using var file = RegularFile.Open(path);
        return IsGzip(file);
    }

    /// <summary>A stream over a file's content, inflated if it is compressed.</summary>
    public static Stream OpenStream(string path)
    {
        var file = RegularFile.Open(path);
        var gzip = IsGzip(file);
        file.Position = 0;
        return gzip ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    /// <summary>Refuses a range that the file cannot hold, before anything is allocated for it.</summary>
    public static void CheckHolds(string path, long end)
    {
        var length = new FileInfo(path).Length;
        if (!IsGzip(path))
        {
            if (end > length)
            {
                throw new ImageFormatException(
                    path, $"truncated: its header promises {end:N0} bytes and it has {length:N0}; get a complete copy.");
            }
        }
        else if (end / DeflateLimit > length)
        {
            throw new ImageFormatException(
                path, $"its header promises {end:N0} bytes, more than {length:N0} compressed bytes can hold; the header is wrong or the "
                    + "file truncated.");
        }
    }

    /// <summary>Opens a range of a file that <see cref="CheckHolds"/> has accepted; a compressed file is inflated once, here.</summary>
    /// <exception cref="ImageFormatException">The compressed data are damaged, or end before the range does.</exception>
    public static NiftiBytes Open(string path, long start, long length)
    {
        var stream = OpenStream(path);
        if (stream is FileStream file)
        {
            return new Plain(file.SafeFileHandle, start, file);
        }

        using var gzip = stream;
        try
        {
            Skip(stream, start);
            return length <= MemoryLimit ? Inflated.From(stream, length) : InflateToFile(stream, length);
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            throw new ImageFormatException(
                path, "truncated or damaged: its compressed data do not hold the voxels that its header promises; get a complete copy.",
                exception);
        }
    }

    private static bool IsGzip(FileStream file) => file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;

    private static void Skip(Stream stream, long count)
    {
        var buffer = new byte[Math.Min(count, 1 << 16)];
        for (; count > 0; count -= Math.Min(count, buffer.Length))
        {
            stream.ReadExactly(buffer, 0, (int)Math.Min(count, buffer.Length));
        }
    }

    /// <summary>Reads on past the voxels, so that the checksum behind them is checked.</summary>
    private static void ReachEnd(Stream stream)
    {
        var buffer = new byte[4096];
        for (var rest = 1 << 20; rest > 0;)
        {
            var count = stream.Read(buffer);
            if (count == 0)
            {
                return;
            }

            rest -= count;
        }
    }

    private static Plain InflateToFile(Stream stream, long length)
    {
        var handle = PrivateFile.Create();
        try
        {
            var buffer = new byte[BlockSize];
            for (long at = 0; at < length;)
            {
                var block = buffer.AsSpan(0, (int)Math.Min(BlockSize, length - at));
                stream.ReadExactly(block);
                RandomAccess.Write(handle, block, at);
                at += block.Length;
            }

            ReachEnd(stream);
            return new Plain(handle, 0, handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private sealed class Plain(SafeFileHandle handle, long start, IDisposable owner) : NiftiBytes
    {
        public override void Read(long offset, Span<byte> destination)
        {
            for (var at = start + offset; destination.Length > 0;)
            {
                var count = RandomAccess.Read(handle, destination, at);
                if (count == 0)
                {
                    throw new EndOfStreamException();
                }

                at += count;
                destination = destination[count..];
            }
        }

        public override void Dispose() => owner.Dispose();
    }

    /// <summary>Inflated bytes in blocks, allocated as the data arrive and not as the header promises.</summary>
    private sealed class Inflated(List<byte[]> blocks) : NiftiBytes
    {
        public static Inflated From(Stream stream, long length)
        {
            var blocks = new List<byte[]>();
            for (var rest = length; rest > 0; rest -= blocks[^1].Length)
            {
                var block = new byte[Math.Min(rest, BlockSize)];
                stream.ReadExactly(block);
                blocks.Add(block);
            }

            ReachEnd(stream);
            return new(blocks);
        }

        public override void Read(long offset, Span<byte> destination)
        {
            while (destination.Length > 0)
            {
                var block = blocks[(int)(offset / BlockSize)];
                var at = (int)(offset % BlockSize);
                var count = Math.Min(destination.Length, block.Length - at);
                block.AsSpan(at, count).CopyTo(destination);
                destination = destination[count..];
                offset += count;
            }
        }

        public override void Dispose() => blocks.Clear();
    }
}
