using Tat.Torch.Checkpoints;

namespace Tat.MLNet.Scoring;

/// <summary>How a model that has already been trained is used in a pipeline.</summary>
public sealed class PretrainedOptions : RestorationOptions
{
    /// <summary>What a file of bare weights does not say: tasks, train size. A saved model says it all.</summary>
    /// <value>The default is the paper's tasks and train size.</value>
    public WeightsImportOptions Weights { get; init; } = new();
}
