using System.Runtime.InteropServices;
using Tat.Torch.Imaging;

namespace Tat.MLNet.Training;

/// <summary>Keeps image pairs for reading in any order: in memory up to a limit, then in a temporary file that only the user can read and that vanishes with the process.</summary>
/// <remarks>Filled by one thread, then read by any.</remarks>
internal sealed class PairSpool(long memoryBytes, string temporaryFolder) : IDisposable
{
    private readonly List<Entry> _entries = [];
    private FileStream? _file;
    private long _fileLength;
    private long _memory = memoryBytes;

    public int Count => _entries.Count;

    public void Add(ImagePair pair)
    {
        var bytes = 2L * sizeof(float) * pair.LowQuality.Pixels.Length;
        if (bytes <= _memory)
        {
            _memory -= bytes;
            _entries.Add(new(pair, pair.Name, 0, 0, null, 0));
            return;
        }

        _file ??= CreateFile();
        _entries.Add(new(null, pair.Name, pair.LowQuality.Height, pair.LowQuality.Width, pair.LowQuality.VolumeLevel, _fileLength));
        RandomAccess.Write(_file.SafeFileHandle, [AsMemory(pair.LowQuality), AsMemory(pair.HighQuality)], _fileLength);
        _fileLength += bytes;
    }

    public ImagePair Read(int index)
    {
        var entry = _entries[index];
        if (entry.Pair is not null)
        {
            return entry.Pair;
        }

        var (low, high) = (new float[entry.Height * entry.Width], new float[entry.Height * entry.Width]);
        ReadExactly(low, entry.Offset);
        ReadExactly(high, entry.Offset + ((long)low.Length * sizeof(float)));
        return new(new(low, entry.Height, entry.Width) { VolumeLevel = entry.VolumeLevel }, new(high, entry.Height, entry.Width), entry.Name);
    }

    public void Dispose()
    {
        _entries.Clear();
        _file?.Dispose();
    }

    private static ReadOnlyMemory<byte> AsMemory(ImageSlice image) => MemoryMarshal.AsBytes(image.Pixels.AsSpan()).ToArray();

    private FileStream CreateFile()
    {
        Directory.CreateDirectory(temporaryFolder);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.Delete, Options = FileOptions.DeleteOnClose | FileOptions.RandomAccess, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var path = Path.Combine(temporaryFolder, $"tat-pairs-{Guid.NewGuid():n}.tmp");
        var file = new FileStream(path, options);
        if (!OperatingSystem.IsWindows())
        {
            // The name goes at once, so that nothing is left behind however the process ends.
            File.Delete(path);
        }

        return file;
    }

    private void ReadExactly(float[] values, long offset)
    {
        var bytes = MemoryMarshal.AsBytes(values.AsSpan());
        while (bytes.Length > 0)
        {
            var count = RandomAccess.Read(_file!.SafeFileHandle, bytes, offset);
            if (count == 0)
            {
                throw new EndOfStreamException("The temporary file of training pairs ended early; check the disk of the temporary folder.");
            }

            bytes = bytes[count..];
            offset += count;
        }
    }

    private sealed record Entry(ImagePair? Pair, string Name, int Height, int Width, float? VolumeLevel, long Offset);
}
