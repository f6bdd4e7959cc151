using Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Headers;

namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Packets;

/// <summary>A band of a resolution: what one level of the wavelet transform puts there (section B.5).</summary>
internal sealed class Band
{
    /// <summary>Makes a band.</summary>
    /// <param name="component">The samples of the tile.</param>
    /// <param name="level">The level of the transform that the band comes from, 1 being the first; 0 for samples that are not
    /// transformed.</param>
    /// <param name="isHighX">Whether it holds the details along rows.</param>
    /// <param name="isHighY">Whether it holds the details along columns.</param>
    public Band(Area component, int level, bool isHighX, bool isHighY)
    {
        (Level, IsHighX, IsHighY) = (level, isHighX, isHighY);
        var half = level == 0 ? 0 : 1L << (level - 1);
        var (left, top) = (isHighX ? half : 0, isHighY ? half : 0);
        Area = new Area(component.X0 - left, component.Y0 - top, component.X1 - left, component.Y1 - top).Divide(1L << level, 1L << level);
    }

    public int Level { get; }

    public bool IsHighX { get; }

    public bool IsHighY { get; }

    /// <summary>The coefficients it has.</summary>
    public Area Area { get; }

    /// <summary>Bit-planes of the magnitudes.</summary>
    public required int BitPlanes { get; init; }

    /// <summary>The size of a quantization step, with the gain of the transform; 1 for reversible ones.</summary>
    public required double StepSize { get; init; }
}
