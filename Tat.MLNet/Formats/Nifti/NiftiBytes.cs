using System.IO.Compression;
using Microsoft.Win32.SafeHandles;
using Tat.Torch.Files;

namespace Tat.MLNet.Formats.Nifti;

/// <summary>Random access to a range of a plain or gzip-compressed file. Safe for concurrent reads.</summary>
internal abstract class NiftiBytes : IDisposable
{
    /// <summary>What deflate reaches at best is 1032 : 1, so that a compressed file cannot hold more than this times its length.</summary>
    private const long DeflateLimit = 1032;

    /// <summary>Inflated bytes of a file that are kept in memory; what is longer goes to a private temporary file.</summary>
    private const long MemoryLimit = 1L << 29;

    private const int BlockSize = 1 << 20;

    /// <summary>Reads bytes; the range is inside what was opened.</summary>
    public abstract void Read(long offset, Span<byte> destination);

    public abstract void Dispose();

    /// <summary>A stream over a file's content, inflated if it is compressed.</summary>
    public static Stream OpenStream(ImageContent content)
    {
        var file = content.Open();
        var gzip = IsGzip(file);
        file.Position = 0;
        return gzip ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    /// <summary>Refuses a range that the file cannot hold, before anything is allocated for it.</summary>
    public static void CheckHolds(ImageContent content, long end)
    {
        var length = content.Length;
        if (!IsGzip(content))
        {
            if (end > length)
            {
                throw new ImageFormatException(
                    content.Name, $"truncated: its header promises {end:N0} bytes and it has {length:N0}; get a complete copy.");
            }
        }
        else if (end / DeflateLimit > length)
        {
            throw new ImageFormatException(
                content.Name, $"its header promises {end:N0} bytes, more than {length:N0} compressed bytes can hold; the header is wrong "
                    + "or the file truncated.");
        }
    }

    /// <summary>Opens a range of a file that <see cref="CheckHolds"/> has accepted; a compressed file is inflated once, here.</summary>
    /// <exception cref="ImageFormatException">The compressed data are damaged, or end before the range does.</exception>
    public static NiftiBytes Open(ImageContent content, long start, long length)
    {
        var stream = OpenStream(content);
        if (stream is not GZipStream)
        {
            return stream is FileStream file ? new Plain(file.SafeFileHandle, start, file) : new Shared(stream, start);
        }

        using var gzip = stream;
        try
        {
            Skip(stream, start);
            return length <= MemoryLimit || content.Path is null ? Inflated.From(stream, length) : InflateToFile(stream, length);
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            throw new ImageFormatException(
                content.Name, "truncated or damaged: its compressed data do not hold the voxels that its header promises; get a complete "
                    + "copy.", exception);
        }
    }

    private static bool IsGzip(ImageContent content)
    {
        using var file = content.Open();
        return IsGzip(file);
    }

    private static bool IsGzip(Stream file) => file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;

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

    /// <summary>A stream of the caller, of which one thread reads at a time.</summary>
    private sealed class Shared(Stream stream, long start) : NiftiBytes
    {
        private readonly Lock _gate = new();

        public override void Read(long offset, Span<byte> destination)
        {
            lock (_gate)
            {
                stream.Position = start + offset;
                stream.ReadExactly(destination);
            }
        }

        public override void Dispose() => stream.Dispose();
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
