using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tat.Torch.Files;
using Tat.Torch.Imaging;

namespace Tat.MLNet.Training;

/// <summary>
/// Keeps images for reading in any order: in memory up to a limit, then in a temporary file that only the user can read and that vanishes
/// with the process.
/// </summary>
/// <remarks>Filled by one thread, then read by any.</remarks>
internal sealed class ImageSpool(long memoryBytes, string temporaryFolder) : IDisposable
{
    private readonly List<Entry> _entries = [];
    private SafeFileHandle? _file;
    private long _fileLength;
    private long _memory = memoryBytes;

    public int Count => _entries.Count;

    public void Add(ImageSlice image)
    {
        var bytes = (long)sizeof(float) * image.Pixels.Length;
        if (bytes <= _memory)
        {
            _memory -= bytes;
            _entries.Add(new(image, image.Height, image.Width, image.VolumeLevel, image.VolumeExtent, 0));
            return;
        }

        _file ??= PrivateFile.Create(temporaryFolder);
        _entries.Add(new(null, image.Height, image.Width, image.VolumeLevel, image.VolumeExtent, _fileLength));
        try
        {
            RandomAccess.Write(_file, MemoryMarshal.AsBytes(image.Pixels.AsSpan()), _fileLength);
        }
        catch (IOException problem)
        {
            throw PrivateFile.Unwritable(temporaryFolder, problem);
        }

        _fileLength += bytes;
    }

    public ImageSlice Read(int index)
    {
        var entry = _entries[index];
        if (entry.Image is not null)
        {
            return entry.Image;
        }

        var pixels = new float[entry.Height * entry.Width];
        ReadExactly(pixels, entry.Offset);
        return new(pixels, entry.Height, entry.Width) { VolumeLevel = entry.VolumeLevel, VolumeExtent = entry.VolumeExtent };
    }

    public void Dispose()
    {
        _entries.Clear();
        _file?.Dispose();
    }

    private void ReadExactly(float[] values, long offset)
    {
        var bytes = MemoryMarshal.AsBytes(values.AsSpan());
        while (bytes.Length > 0)
        {
            var count = RandomAccess.Read(_file!, bytes, offset);
            if (count == 0)
            {
                throw new EndOfStreamException(
                    "The temporary file of training images ended early; check the disk of the temporary folder.");
            }

            bytes = bytes[count..];
            offset += count;
        }
    }

    private sealed record Entry(ImageSlice? Image, int Height, int Width, float? VolumeLevel, KSpaceExtent? VolumeExtent, long Offset);
}
