using Microsoft.ML;

namespace Tat.MLNet.Evaluation;

/// <summary>One fold of a cross-validation.</summary>
public sealed class RestorationCrossValidationResult
{
    internal RestorationCrossValidationResult(ITransformer model, RestorationMetrics metrics, IDataView scoredHoldOutSet, int fold) =>
        (Model, Metrics, ScoredHoldOutSet, Fold) = (model, metrics, scoredHoldOutSet, fold);

    /// <summary>The model that was trained on all rows but this fold's.</summary>
    public ITransformer Model { get; }

    /// <summary>Its quality on this fold.</summary>
    public RestorationMetrics Metrics { get; }

    /// <summary>This fold's rows with their restored images; restored again whenever they are read.</summary>
    public IDataView ScoredHoldOutSet { get; }

    /// <summary>Which fold, from 0.</summary>
    public int Fold { get; }
}
