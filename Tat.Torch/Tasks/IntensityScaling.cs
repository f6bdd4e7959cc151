namespace Tat.Torch.Tasks;

/// <summary>How the intensities of an image are mapped to those of the network.</summary>
public enum IntensityScaling
{
    /// <summary>Over the same range for all images of the task, as the paper does it: right where a unit is absolute (HU, SUV).</summary>
    Fixed,

    /// <summary>
    /// By the level of the volume that an image is a slice of: right where a unit is arbitrary (MRI). The level is mapped to 2/3, and
    /// restored to what it was.
    /// </summary>
    Volume,
}
