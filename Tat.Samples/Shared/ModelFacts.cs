using Microsoft.ML;
using Tat.Torch.Model;
using Tat.Torch.Tasks;

namespace Tat.Samples.Shared;

/// <summary>What <c>inspect</c> tells of a model.</summary>
internal sealed record ModelFacts(string File, IReadOnlyList<ModelTask> Tasks, ModelCard Card)
{
    public static ModelFacts Of(string path)
    {
        // The card alone is read, not the weights.
        var info = new MLContext().ImageRestoration.ReadModelInfo(path);
        return new(path, [.. info.Tasks.Select(ModelTask.Of)], info.Card);
    }
}

/// <summary>A task that a model has learnt.</summary>
internal sealed record ModelTask(string Name, string Quantity, string Unit, float[] NormalizationRange, float[] MetricWindow)
{
    public static ModelTask Of(RestorationTask task) => new(task.Name, task.Quantity, task.Unit,
        [task.NormalizationRange.Minimum, task.NormalizationRange.Maximum], [task.MetricWindow.Minimum, task.MetricWindow.Maximum]);
}
