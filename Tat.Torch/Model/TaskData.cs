using System.Text.Json.Serialization;
using Tat.Torch.Tasks;

namespace Tat.Torch.Model;

/// <summary>A task as a model file describes it.</summary>
internal sealed record TaskData(
    string Name, string Quantity, string Unit, float Minimum, float Maximum, float MetricMinimum, float MetricMaximum,
    double? DoseReduction, double? UpscalingFactor)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public IntensityScaling Scaling { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool FitsResolution { get; init; }

    public static TaskData From(RestorationTask task)
    {
        var (range, window) = (task.NormalizationRange, task.MetricWindow ?? task.NormalizationRange);
        return new(task.Name, task.Quantity, task.Unit, range.Minimum, range.Maximum, window.Minimum, window.Maximum,
            task.DoseReduction, task.UpscalingFactor)
        { Scaling = task.Scaling, FitsResolution = task.FitsResolution };
    }

    public RestorationTask ToTask() => new(Name, Quantity, Unit, new(Minimum, Maximum), new(MetricMinimum, MetricMaximum))
    {
        DoseReduction = DoseReduction,
        UpscalingFactor = UpscalingFactor,
        Scaling = Scaling,
        FitsResolution = FitsResolution,
    };
}
