using System.Text.Json.Serialization;
using Tat.Torch.Model;

namespace Tat.Torch.Training;

/// <summary>A validation of the averaged weights.</summary>
/// <param name="Iteration">The iteration after which it was made.</param>
/// <param name="Tasks">Mean quality by task.</param>
/// <param name="MeanPsnr">Mean PSNR in dB over the images of all tasks.</param>
/// <param name="MeanGain">By how many dB the PSNR is above that of the degraded images: the mean over tasks of each task's mean. The best
/// weights are chosen by it; NaN where no image could be measured.</param>
/// <param name="IsBest">Whether it is the best so far.</param>
public sealed record ValidationResult(
    long Iteration, IReadOnlyDictionary<string, TaskScore> Tasks, double MeanPsnr, double MeanGain, bool IsBest)
{
    /// <summary>Mean quality by volume, as far as it is known which images belong together.</summary>
    [JsonIgnore]
    public IReadOnlyList<VolumeScore> Volumes { get; init; } = [];

    /// <summary>The first image of each task, to look at.</summary>
    [JsonIgnore]
    public IReadOnlyList<ValidationSample> Samples { get; init; } = [];
}
