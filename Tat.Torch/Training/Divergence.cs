using Tat.Torch.Data;
using Tat.Torch.Tasks;
using Tat.Torch.Training.Steps;

namespace Tat.Torch.Training;

/// <summary>Says where a loss that is not a number came from.</summary>
internal static class Divergence
{
    public static TrainingDivergedException Describe(TrainingBatch batch, StepResult result, TaskVocabulary tasks)
    {
        var bad = Enumerable.Range(0, batch.Count)
            .Where(i => !float.IsFinite(result.RestoredErrors[i]) || !float.IsFinite(result.Weights[i])).ToList();
        var suspects = bad.Count > 0 ? bad : [.. Enumerable.Range(0, batch.Count)];
        var task = string.Join(", ", suspects.Select(i => tasks[batch.Tasks[i]].Name).Distinct());
        string[] pairs = [.. suspects.Select(i => $"{tasks[batch.Tasks[i]]} '{batch.Names[i]}'").Distinct()];
        var what = double.IsFinite(result.Loss)
            ? $"the gradients are not finite (norm {result.GradientNorm})"
            : $"the loss is {result.Loss}";
        return new(
            $"Training stopped at iteration {batch.Iteration}: {what}, from patches of {string.Join("; ", pairs)}. The weights are as they "
            + "were before; look at these images, lower the learning rate or clip gradients.",
            batch.Iteration,
            task,
            pairs);
    }
}
