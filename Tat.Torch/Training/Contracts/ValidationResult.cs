using System.Text.Json.Serialization;
using Tat.Torch.Model;

namespace Tat.Torch.Training;

/// <summary>A validation of the averaged weights.</summary>
/// <param name="Iteration">After which iteration.</param>
/// <param name="Tasks">Mean quality by task.</param>
/// <param name="MeanPsnr">Mean PSNR in dB over the images of all tasks, by which the best weights are chosen.</param>
/// <param name="IsBest">Whether it is the best so far.</param>
public sealed record ValidationResult(long Iteration, IReadOnlyDictionary<string, TaskScore> Tasks, double MeanPsnr, bool IsBest)
{
    /// <summary>The first image of each task, to look at.</summary>
    [JsonIgnore]
    public IReadOnlyList<ValidationSample> Samples { get; init; } = [];
}
