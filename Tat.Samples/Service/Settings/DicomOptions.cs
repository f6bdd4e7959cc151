using Tat.Torch.Pretrained;

namespace Tat.Samples.Service.Settings;

/// <summary>The section <c>Service:Dicom</c>: what becomes of series that other systems send.</summary>
public sealed class DicomOptions
{
    /// <summary>Seconds without a further object after which a series counts as complete.</summary>
    public double QuietSeconds { get; set; } = 30;

    /// <summary>Which series are restored, and how; the first that fits counts. A series that fits none is kept and reported.</summary>
    public IReadOnlyList<SeriesRule> Rules { get; set; } = [];

    /// <summary>Folders that other programs put DICOM files into.</summary>
    public IReadOnlyList<WatchedFolder> Folders { get; set; } = [];

    /// <summary>Seconds that a file of such a folder has not changed when it is taken.</summary>
    public double SettleSeconds { get; set; } = 2;

    /// <summary>Where restored series are sent on to.</summary>
    public DicomPeer Peer { get; set; } = new();

    /// <summary>Checks every option, when the service starts.</summary>
    /// <param name="require">Is told whether an option holds, its name, and what to use instead.</param>
    public void Validate(Action<bool, string, string> require)
    {
        require(QuietSeconds is >= 0 and <= 86_400, $"Dicom:{nameof(QuietSeconds)}", "use 0 to 86400");
        require(SettleSeconds is >= 0 and <= 86_400, $"Dicom:{nameof(SettleSeconds)}", "use 0 to 86400");
        require(Folders.All(folder => Path.IsPathFullyQualified(folder.Path)), $"Dicom:{nameof(Folders)}", "give full paths");
        require(Peer.Url is null || Uri.TryCreate(Peer.Url, UriKind.Absolute, out var url) && url.Scheme is "http" or "https",
            $"Dicom:{nameof(Peer)}:{nameof(Peer.Url)}", "give an address that begins with http or https");
        require(Peer.TimeoutSeconds is > 0 and <= 86_400, $"Dicom:{nameof(Peer)}:{nameof(Peer.TimeoutSeconds)}", "use 1 to 86400");
        foreach (var (number, rule) in Rules.Index())
        {
            var name = $"Dicom:{nameof(Rules)}:{number}";
            require(rule.Task is null || TatPretrained.Tasks.TryGet(rule.Task, out _), $"{name}:{nameof(rule.Task)}",
                $"use one of {string.Join(", ", TatPretrained.Tasks.Select(task => task.Name))}, or leave it out");
            require(rule.Strength is >= 0 and <= 1, $"{name}:{nameof(rule.Strength)}", "use 0 to 1");
        }
    }
}
