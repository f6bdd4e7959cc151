using Tat.Torch.Imaging;

namespace Tat.Torch.Baselines;

/// <summary>What an image is divided by.</summary>
public enum ScaleMeasure
{
    /// <summary>Its noise, by <see cref="NoiseEstimate"/>: right for filters that take noise away.</summary>
    Noise,

    /// <summary>Its level, by <see cref="IntensityLevel"/>: right where the unit is arbitrary.</summary>
    Level,
}
