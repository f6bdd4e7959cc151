using Microsoft.ML.Runtime;
using Tat.Torch.Inference;

namespace Tat.MLNet.Scoring;

/// <summary>
/// Restores images with a restorer of the user's own. It cannot be saved, since nothing is known of what the restorer is made of.
/// </summary>
internal sealed class CustomTransformer(IImageRestorer restorer, RestorationOptions options, IHostEnvironment environment)
    : RestorationTransformer(
        restorer.With(options.Ensemble, options.LocalMeans, options.Strength, options.MarginColumnName is not null), options.Columns,
        options.BatchSize, environment)
{
    private protected override void Save(Microsoft.ML.ModelSaveContext context) => throw new NotSupportedException(
        $"A pipeline with a restorer of your own ({Restorer.GetType().Name}) cannot be saved: save what the restorer is made of, and "
        + "append the transformer again after loading.");
}
