using Microsoft.Win32.SafeHandles;
using Tat.Torch.Files;

namespace Tat.MLNet.Formats.Dicom.Series;

/// <summary>
/// Keeps frames that were decoded, so that each is decoded once: writing a result needs the pixels that were restored. Holds nothing until
/// it is given room.
/// </summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class PixelMemory : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Path, int Frame), byte[]> _frames = [];
    private readonly Dictionary<(string Path, int Frame), (long Position, int Length)> _spilled = [];
    private SafeFileHandle? _file;
    private long _bytes;
    private long _end;

    /// <summary>How many bytes are kept in memory; 0 to keep nothing.</summary>
    public long Capacity { get; set; }

    /// <summary>Whether further frames go to a temporary file, which no other user can read; else they are decoded again.</summary>
    public bool MaySpill { get; set; }

    /// <summary>The words of a frame, decoded where they are not kept.</summary>
    /// <exception cref="IOException">The folder for temporary files cannot be written.</exception>
    public byte[] Get(string path, int frame, Func<byte[]> decode)
    {
        lock (_gate)
        {
            if (Find((path, frame)) is { } known)
            {
                return known;
            }
        }

        var words = decode();
        lock (_gate)
        {
            Keep((path, frame), words);
        }

        return words;
    }

    public void Dispose() => _file?.Dispose();

    private byte[]? Find((string Path, int Frame) key)
    {
        if (_frames.TryGetValue(key, out var words) || !_spilled.TryGetValue(key, out var place))
        {
            return words;
        }

        words = new byte[place.Length];
        for (var done = 0; done < words.Length;)
        {
            var count = RandomAccess.Read(_file!, words.AsSpan(done), place.Position + done);
            done += count > 0 ? count : throw new IOException("The temporary file of decoded pixels became shorter.");
        }

        return words;
    }

    private void Keep((string Path, int Frame) key, byte[] words)
    {
        if (Capacity == 0 || _frames.ContainsKey(key) || _spilled.ContainsKey(key))
        {
            return;
        }

        if (_bytes + words.Length <= Capacity)
        {
            _frames[key] = words;
            _bytes += words.Length;
            return;
        }

        if (!MaySpill)
        {
            return;
        }

        _file ??= PrivateFile.Create();
        RandomAccess.Write(_file, words, _end);
        _spilled[key] = (_end, words.Length);
        _end += words.Length;
    }
}
