namespace Tat.Torch.Training;

/// <summary>
/// From which iteration on training uses patches of another size, and how many (progressive learning, as in Restormer, CVPR 2022).
/// </summary>
/// <param name="FromIteration">The first iteration of the stage, at least 2: the first stage is that of the options themselves.</param>
/// <param name="PatchSize">Rows and columns of a patch, a multiple of 8.</param>
/// <param name="BatchSizePerTask">Patches per task and iteration.</param>
public sealed record PatchStage(long FromIteration, int PatchSize, int BatchSizePerTask);
