using System.Buffers.Binary;

namespace Tat.MLNet.Formats.Dicom.Jpeg2000;

/// <summary>In which order packets follow each other (table A.16).</summary>
internal enum ProgressionOrder : byte
{
    Layer,
    Resolution,
    ResolutionPosition,
    PositionComponent,
    ComponentPosition,
}

/// <summary>Packets that follow each other in one order (section A.6.6).</summary>
/// <param name="FirstResolution">The first resolution.</param>
/// <param name="EndResolution">The one after the last.</param>
/// <param name="EndLayer">The layer after the last.</param>
/// <param name="HasComponent">Whether the only component is among those of the change.</param>
/// <param name="Order">The order.</param>
internal sealed record ProgressionChange(int FirstResolution, int EndResolution, int EndLayer, bool HasComponent, ProgressionOrder Order)
{
    /// <summary>Bytes of a change in an image of few components.</summary>
    public const int Length = 7;

    public static ProgressionChange Read(ReadOnlySpan<byte> segment) => segment[6] <= (byte)ProgressionOrder.ComponentPosition
        ? new ProgressionChange(segment[0], segment[4], BinaryPrimitives.ReadUInt16BigEndian(segment[2..]), segment[1] == 0, (ProgressionOrder)segment[6])
        : throw Jpeg2000Frame.Damaged();
}

/// <summary>The sequence of the packets of a tile (section B.12). A packet that has come once does not come again.</summary>
internal static class Progression
{
    /// <summary>The packets: a precinct and a layer each.</summary>
    /// <param name="resolutions">The resolutions of the tile, whose precincts count the layers that were read.</param>
    /// <param name="packets">The order and the number of layers.</param>
    /// <param name="changes">Changes of the order, which replace it from the beginning; may be empty.</param>
    public static IEnumerable<(Resolution Resolution, int Precinct, int Layer)> Packets(
        Resolution[] resolutions, PacketStyle packets, IReadOnlyList<ProgressionChange> changes)
    {
        if (changes.Count == 0)
        {
            changes = [new ProgressionChange(0, resolutions.Length, packets.Layers, true, packets.Order)];
        }

        foreach (var change in changes.Where(change => change.HasComponent))
        {
            var layers = Math.Min(change.EndLayer, packets.Layers);
            var chosen = resolutions.Skip(change.FirstResolution).Take(change.EndResolution - change.FirstResolution).ToArray();
            foreach (var packet in InOrder(change.Order, chosen, layers))
            {
                if (packet.Layer >= packet.Resolution.LayersRead(packet.Precinct))
                {
                    yield return packet;
                }
            }
        }
    }

    private static IEnumerable<(Resolution Resolution, int Precinct, int Layer)> InOrder(ProgressionOrder order, Resolution[] resolutions, int layers) => order switch
    {
        ProgressionOrder.Layer =>
            from layer in Enumerable.Range(0, layers)
            from resolution in resolutions
            from precinct in Enumerable.Range(0, resolution.PrecinctCount)
            select (resolution, precinct, layer),
        ProgressionOrder.Resolution =>
            from resolution in resolutions
            from layer in Enumerable.Range(0, layers)
            from precinct in Enumerable.Range(0, resolution.PrecinctCount)
            select (resolution, precinct, layer),
        ProgressionOrder.ResolutionPosition =>
            from resolution in resolutions
            from precinct in Enumerable.Range(0, resolution.PrecinctCount)
            from layer in Enumerable.Range(0, layers)
            select (resolution, precinct, layer),

        // With one component these are the same. Sorting is stable: precincts at one place come in the order of their resolutions.
        _ =>
            from place in resolutions
                .SelectMany(resolution => Enumerable.Range(0, resolution.PrecinctCount).Select(precinct => (Resolution: resolution, Precinct: precinct)))
                .OrderBy(place => place.Resolution.PlaceOf(place.Precinct))
            from layer in Enumerable.Range(0, layers)
            select (place.Resolution, place.Precinct, layer),
    };
}
