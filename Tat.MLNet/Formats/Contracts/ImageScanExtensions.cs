using Tat.MLNet.Formats.Contracts;

namespace Tat.MLNet.Formats;

/// <summary>What can be done with every scan.</summary>
public static class ImageScanExtensions
{
    /// <summary>Cuts a volume into slices of another plane; nothing is interpolated, so that the plane is the nearest one for an oblique volume.</summary>
    /// <param name="scan">The volume. The result owns it; it keeps one volume of floats in memory.</param>
    /// <param name="plane">The plane.</param>
    /// <returns>The scan itself where its slices lie in that plane. A format that writes a derived image of the result puts the slices back in the source's order.</returns>
    /// <exception cref="InvalidDataException">The scan does not tell its orientation.</exception>
    public static IImageScan InPlane(this IImageScan scan, SlicePlane plane)
    {
        ArgumentNullException.ThrowIfNull(scan);
        if (plane == SlicePlane.Acquisition)
        {
            return scan;
        }

        var affine = scan.Affine
            ?? throw new InvalidDataException($"'{scan.Path}' does not record its orientation, so that {plane} slices cannot be cut; use the plane of acquisition.");
        return Enumerable.Range(0, 3).Single(axis => affine.PlaneAcross(axis) == plane) switch
        {
            2 => scan,
            var axis => new ReslicedScan(scan, axis),
        };
    }
}
