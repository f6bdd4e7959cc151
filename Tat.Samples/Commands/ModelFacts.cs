using Tat.Torch.Inference;
using Tat.Torch.Model;
using Tat.Torch.Tasks;

namespace Tat.Samples.Commands;

/// <summary>What <c>inspect</c> tells of a model.</summary>
internal sealed record ModelFacts(string File, IReadOnlyList<ModelTask> Tasks, ModelCard Card)
{
    public static ModelFacts Of(string path)
    {
        using IImageRestorer model = ModelFiles.Open(path);
        return new(path, [.. model.Tasks.Select(ModelTask.Of)], model.Card);
    }
}

/// <summary>A task that a model has learnt.</summary>
internal sealed record ModelTask(string Name, string Quantity, string Unit, float[] NormalizationRange, float[] MetricWindow)
{
    public static ModelTask Of(RestorationTask task) => new(task.Name, task.Quantity, task.Unit,
        [task.NormalizationRange.Minimum, task.NormalizationRange.Maximum], [task.MetricWindow.Minimum, task.MetricWindow.Maximum]);
}
