using Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Headers;

namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Packets;

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

    private static IEnumerable<(Resolution Resolution, int Precinct, int Layer)> InOrder(
        ProgressionOrder order, Resolution[] resolutions, int layers) => order switch
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
                    .SelectMany(resolution =>
                        Enumerable.Range(0, resolution.PrecinctCount).Select(precinct => (Resolution: resolution, Precinct: precinct)))
                    .OrderBy(place => place.Resolution.PlaceOf(place.Precinct))
                from layer in Enumerable.Range(0, layers)
                select (place.Resolution, place.Precinct, layer),
        };
}
