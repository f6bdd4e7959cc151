using Tat.Torch.Model;

namespace Tat.Torch.Training;

/// <summary>Mean quality of the validation images of one volume.</summary>
/// <param name="Task">Name of their task.</param>
/// <param name="Volume">What the volume is called; empty where that is unknown.</param>
/// <param name="Input">The degraded images.</param>
/// <param name="Restored">What the averaged weights make of them.</param>
public sealed record VolumeScore(string Task, string Volume, TaskScore Input, TaskScore Restored);
