using System.Security.Cryptography;
using Microsoft.ML;
using Tat.Torch.Model;
using Tat.Torch.Pretrained;
using Tat.Torch.Tasks;

namespace Tat.Samples.Shared;

/// <summary>What <c>inspect</c> tells of a model.</summary>
internal sealed record ModelFacts(string Path, long Bytes, string Sha256, IReadOnlyList<ModelTask> Tasks, ModelCard Card)
{
    public static ModelFacts Of(string path)
    {
        // The card alone is read, not the weights.
        var catalog = new MLContext().ImageRestoration;
        var info = TatPretrained.IsMeantBy(path) ? catalog.ReadModelInfo() : catalog.ReadModelInfo(path);
        using var file = ModelFiles.OpenFile(path);
        var hash = Convert.ToHexStringLower(SHA256.HashData(file));
        return new(path, file.Length, hash, [.. info.Tasks.Select(ModelTask.Of)], info.Card);
    }
}

/// <summary>A task that a model has learnt.</summary>
internal sealed record ModelTask(string Name, string Quantity, string Unit, string Scaling, bool FitsResolution, double? UpscalingFactor,
    float[] NormalizationRange, float[]? MetricWindow)
{
    public static ModelTask Of(RestorationTask task) =>
        new(task.Name, task.Quantity, task.Unit, task.Scaling.ToString(), task.FitsResolution, task.UpscalingFactor,
            [task.NormalizationRange.Minimum, task.NormalizationRange.Maximum],
            task.MetricWindow is { } window ? [window.Minimum, window.Maximum] : null);

    /// <summary>The task in a line.</summary>
    public string Describe() => FormattableString.Invariant($"{Quantity} in {Unit}, ") + (MetricWindow is null
        ? "scaled by the level of each volume, measured unclipped"
        : FormattableString.Invariant(
            $"normalised from [{NormalizationRange[0]}, {NormalizationRange[1]}], measured in [{MetricWindow[0]}, {MetricWindow[1]}]"))
        + (FitsResolution ? FormattableString.Invariant($", restored on the grid on which k-space is filled to 1/{UpscalingFactor}") : "");
}
