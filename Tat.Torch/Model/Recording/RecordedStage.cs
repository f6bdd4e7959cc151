namespace Tat.Torch.Model.Recording;

/// <summary>The generated kernels of a stage.</summary>
/// <param name="FeedForward">2h·9 numbers.</param>
/// <param name="Attention">3C·9 numbers.</param>
internal sealed record RecordedStage(RecordedMap FeedForward, RecordedMap Attention);
