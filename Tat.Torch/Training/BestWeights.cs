using System.Globalization;
using Tat.Torch.Inference;
using Tat.Torch.Model;
using Tat.Torch.Tasks;
using Tat.Torch.Training.Steps;
using static TorchSharp.torch;

namespace Tat.Torch.Training;

/// <summary>Validates the averaged weights of a training, and keeps the best of them.</summary>
internal sealed class BestWeights(TrainingState state, TaskVocabulary tasks, Validator validator, Action<string> tell)
{
    /// <summary>Validates the present weights.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; nothing has changed.</exception>
    public ValidationResult Validate(IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var result = Measure(state.Counters.Iteration, progress, cancellationToken);
        Check(cancellationToken);
        var best = state.Counters.Best;
        var isBest = double.IsFinite(result.MeanGain) && !(result.MeanGain <= best?.MeanGain);
        if (isBest)
        {
            state.KeepAsBest(state.Average.Values);
        }

        result = result with { IsBest = isBest };
        state.Counters = state.Counters with
        {
            Best = isBest ? WithoutImages(result) : best,
            LastValidation = result.Iteration,
            ValidationsSinceBest = isBest ? 0 : state.Counters.ValidationsSinceBest + 1,
        };
        return result;
    }

    /// <summary>Measures the best weights anew where they were measured on other images than there are now.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; nothing has changed.</exception>
    public void Check(CancellationToken cancellationToken)
    {
        var present = validator.Fingerprint;
        if (state.Counters.ValidationImages == present)
        {
            return;
        }

        if (state.Counters.Best is { } best)
        {
            var again = validator.HasImages ? MeasureBest(best.Iteration, cancellationToken) : null;
            if (again is null)
            {
                state.KeepAsBest(null);
                tell("There are no validation images any more: the last weights are the result, and not those of iteration "
                    + $"{best.Iteration}, the best so far.");
            }
            else
            {
                tell(string.Create(CultureInfo.InvariantCulture,
                    $"The validation images are other ones than before: the best weights so far, of iteration {best.Iteration}, were "
                    + $"measured again, with a gain of {again.MeanGain:F2} dB in place of {best.MeanGain:F2}."));
            }

            state.Counters = state.Counters with { Best = again is null ? null : WithoutImages(again with { IsBest = true }) };
        }

        state.Counters = state.Counters with { ValidationImages = present };
    }

    /// <summary>A result that is remembered for the rest of a training, without images.</summary>
    private static ValidationResult WithoutImages(ValidationResult result) => result with { Samples = [] };

    private ValidationResult Measure(long iteration, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        using var restorer = new Restorer(new TatModel(state.AverageNetwork, tasks));
        return validator.Measure(restorer, iteration, tell, progress, cancellationToken);
    }

    private ValidationResult MeasureBest(long iteration, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        using var present = state.Average.Values.detach().clone();
        state.RestoreBest();
        try
        {
            return Measure(iteration, null, cancellationToken);
        }
        finally
        {
            using var noGrad = no_grad();
            state.Average.Values.copy_(present);
        }
    }
}
