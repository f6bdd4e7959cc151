using System.Buffers.Binary;
using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Headers;

/// <summary>What the marker segments of the main header or of the headers of a tile say of the only component.</summary>
internal sealed class Parameters
{
    private const int MostChanges = 64;
    private readonly SortedDictionary<int, ReadOnlyMemory<byte>> _packedHeaders = [];
    private CodingStyle? _style;
    private CodingStyle? _styleOfComponent;
    private Quantization? _quantization;
    private Quantization? _quantizationOfComponent;
    private PacketStyle? _packets;
    private int? _shift;
    private int _part;

    /// <summary>Changes of the progression, in their order.</summary>
    public List<ProgressionChange> Changes { get; } = [];

    public bool HasPackedHeaders => _packedHeaders.Count > 0;

    /// <summary>Begins the header of a tile-part: its segments of packet headers come after those before, whatever their numbers.</summary>
    public void BeginPart() => _part += byte.MaxValue + 1;

    /// <summary>Takes a marker segment.</summary>
    /// <exception cref="DicomDataException">It is damaged, or belongs to what cannot be decoded.</exception>
    public void Read(Marker marker, ReadOnlyMemory<byte> memory)
    {
        var segment = memory.Span;
        switch (marker)
        {
            case Marker.CodingStyle when segment.Length >= 10:
                _packets = PacketStyle.Read(segment);
                _style = CodingStyle.Read(segment[5..], (segment[0] & 1) != 0);
                break;
            case Marker.ComponentCodingStyle when segment.Length >= 7 && segment[0] == 0:
                _styleOfComponent = CodingStyle.Read(segment[2..], (segment[1] & 1) != 0);
                break;
            case Marker.Quantization:
                _quantization = new Quantization(segment);
                break;
            case Marker.ComponentQuantization when segment.Length >= 2 && segment[0] == 0:
                _quantizationOfComponent = new Quantization(segment[1..]);
                break;
            case Marker.RegionOfInterest when segment.Length >= 3 && segment[0] == 0 && segment[1] == 0:
                _shift = segment[2];
                break;
            case Marker.ProgressionChange:
                ReadChanges(segment);
                break;
            case Marker.PackedHeadersOfImage or Marker.PackedHeadersOfTile when segment.Length >= 1:
                if (!_packedHeaders.TryAdd(_part + segment[0], memory[1..]))
                {
                    throw Jpeg2000Failure.Damaged();
                }

                break;
            case Marker.Capabilities when segment.Length >= 4 && (BinaryPrimitives.ReadUInt32BigEndian(segment) & (1u << (32 - 15))) != 0:
                throw Jpeg2000Failure.Unsupported("is of High-Throughput JPEG 2000");
            case >= Marker.FirstExtension and <= Marker.LastExtension:
                throw Jpeg2000Failure.Unsupported("uses extensions of JPEG 2000 Part 2");
            case Marker.CodingStyle or Marker.ComponentCodingStyle or Marker.ComponentQuantization or Marker.RegionOfInterest:
                throw Jpeg2000Failure.Damaged();
        }
    }

    /// <summary>The packet headers of the segments for them, joined in the order of their numbers.</summary>
    public byte[] JoinPackedHeaders()
    {
        var joined = new byte[_packedHeaders.Values.Sum(part => part.Length)];
        var at = 0;
        foreach (var part in _packedHeaders.Values)
        {
            part.CopyTo(joined.AsMemory(at));
            at += part.Length;
        }

        return joined;
    }

    /// <summary>
    /// The coding style of a tile: what its headers say goes before the main header, and what is said of the component before the rest.
    /// </summary>
    public static CodingStyle StyleOf(Parameters main, Parameters tile) =>
        tile._styleOfComponent ?? tile._style ?? main._styleOfComponent ?? main._style ?? throw Jpeg2000Failure.Damaged();

    public static Quantization QuantizationOf(Parameters main, Parameters tile) =>
        tile._quantizationOfComponent ?? tile._quantization ?? main._quantizationOfComponent ?? main._quantization
            ?? throw Jpeg2000Failure.Damaged();

    public static PacketStyle PacketsOf(Parameters main, Parameters tile) =>
        tile._packets ?? main._packets ?? throw Jpeg2000Failure.Damaged();

    /// <summary>By how many bit-planes the region of interest is lifted above the rest (annex H).</summary>
    public static int ShiftOf(Parameters main, Parameters tile) => tile._shift ?? main._shift ?? 0;

    private void ReadChanges(ReadOnlySpan<byte> segment)
    {
        for (; segment.Length >= ProgressionChange.Length; segment = segment[ProgressionChange.Length..])
        {
            Changes.Add(ProgressionChange.Read(segment));
        }

        if (Changes.Count > MostChanges)
        {
            throw Jpeg2000Failure.Unsupported($"changes its progression more than {MostChanges} times");
        }
    }
}
