using Tat.Torch.Metrics;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Evaluation;

/// <summary>A region of one file's images.</summary>
/// <param name="FileName">The file; empty where the data does not tell, and then the region of all such images.</param>
/// <param name="Task">Its task.</param>
/// <param name="Score">What its images and references show there.</param>
public sealed record ImageRegion(string FileName, RestorationTask Task, RegionScore Score);
