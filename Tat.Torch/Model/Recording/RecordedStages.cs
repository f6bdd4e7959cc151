namespace Tat.Torch.Model.Recording;

/// <summary>The generated kernels of all stages.</summary>
internal sealed record RecordedStages(RecordedStage Latent, RecordedStage Level3, RecordedStage Level2, RecordedStage Level1);
