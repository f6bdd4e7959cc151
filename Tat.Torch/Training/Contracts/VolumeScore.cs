using Tat.Torch.Model;

namespace Tat.Torch.Training;

/// <summary>Mean quality of the validation images of one volume.</summary>
/// <param name="Task">Name of their task.</param>
/// <param name="Volume">The name of the volume; empty if it is unknown.</param>
/// <param name="Input">The degraded images.</param>
/// <param name="Restored">The results of the averaged weights.</param>
public sealed record VolumeScore(string Task, string Volume, TaskScore Input, TaskScore Restored);
