using Tat.Torch.Metrics;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Evaluation;

/// <summary>One region in the images of one file.</summary>
/// <param name="FileName">The file; empty if the data does not say, in which case the region covers all such images.</param>
/// <param name="Task">Its task.</param>
/// <param name="Score">The measurements of its images and references there.</param>
public sealed record ImageRegion(string FileName, RestorationTask Task, RegionScore Score);
