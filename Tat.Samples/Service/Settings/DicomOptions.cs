using Tat.Torch.Pretrained;

namespace Tat.Samples.Service.Settings;

/// <summary>The section <c>Service:Dicom</c>: what becomes of series that other systems send.</summary>
public sealed class DicomOptions
{
    /// <summary>Seconds without a further object after which a series counts as complete.</summary>
    public double QuietSeconds { get; set; } = 30;

    /// <summary>Which series are restored, and how; the first that fits counts. A series that fits none is kept and reported.</summary>
    public IReadOnlyList<SeriesRule> Rules { get; set; } = [];

    /// <summary>Checks every option, when the service starts.</summary>
    /// <param name="require">Is told whether an option holds, its name, and what to use instead.</param>
    public void Validate(Action<bool, string, string> require)
    {
        require(QuietSeconds is >= 0 and <= 86_400, $"Dicom:{nameof(QuietSeconds)}", "use 0 to 86400");
        foreach (var (number, rule) in Rules.Index())
        {
            var name = $"Dicom:{nameof(Rules)}:{number}";
            require(rule.Task is null || TatPretrained.Tasks.TryGet(rule.Task, out _), $"{name}:{nameof(rule.Task)}",
                $"use one of {string.Join(", ", TatPretrained.Tasks.Select(task => task.Name))}, or leave it out");
            require(rule.Strength is >= 0 and <= 1, $"{name}:{nameof(rule.Strength)}", "use 0 to 1");
        }
    }
}
