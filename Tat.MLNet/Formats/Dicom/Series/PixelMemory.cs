namespace Tat.MLNet.Formats.Dicom.Series;

/// <summary>Keeps frames that were decoded, so that what reads them again does not: writing a result needs the pixels that were restored. Holds nothing until it is given room.</summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class PixelMemory
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Path, int Frame), byte[]> _frames = [];
    private readonly Queue<(string Path, int Frame)> _order = [];
    private long _bytes;

    /// <summary>How many bytes are kept; the oldest frames make room for new ones.</summary>
    public long Capacity { get; set; }

    /// <summary>The words of a frame, decoded where they are not kept.</summary>
    public byte[] Get(string path, int frame, Func<byte[]> decode)
    {
        lock (_gate)
        {
            if (_frames.TryGetValue((path, frame), out var known))
            {
                return known;
            }
        }

        var words = decode();
        lock (_gate)
        {
            if (words.Length <= Capacity && _frames.TryAdd((path, frame), words))
            {
                _order.Enqueue((path, frame));
                _bytes += words.Length;
                while (_bytes > Capacity)
                {
                    _frames.Remove(_order.Dequeue(), out var oldest);
                    _bytes -= oldest!.Length;
                }
            }
        }

        return words;
    }
}
