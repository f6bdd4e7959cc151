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

    /// <summary>A node that takes objects by C-STORE.</summary>
    public DicomNode Node { get; set; } = new();

    /// <summary>Where restored series are sent on to.</summary>
    public DicomPeer Peer { get; set; } = new();

    /// <summary>Checks every option, when the service starts.</summary>
    /// <param name="service">The options that these belong to.</param>
    /// <exception cref="InvalidOperationException">One is out of its range; the message names it and says what to use.</exception>
    public void Validate(ServiceOptions service)
    {
        Require(QuietSeconds is >= 0 and <= 86_400, nameof(QuietSeconds), "use 0 to 86400");
        Require(SettleSeconds is >= 0 and <= 86_400, nameof(SettleSeconds), "use 0 to 86400");
        Require(Folders.All(folder => Path.IsPathFullyQualified(folder.Path)), nameof(Folders), "give full paths");
        Require(Peer.Url is null || Uri.TryCreate(Peer.Url, UriKind.Absolute, out var url) && url.Scheme is "http" or "https",
            $"{nameof(Peer)}:{nameof(Peer.Url)}", "give an address that begins with http or https");
        Require(Peer.TimeoutSeconds is > 0 and <= 86_400, $"{nameof(Peer)}:{nameof(Peer.TimeoutSeconds)}", "use 1 to 86400");
        Node.Validate((holds, option, advice) => Require(holds, $"{nameof(Node)}:{option}", advice));
        foreach (var (number, rule) in Rules.Index())
        {
            Require(rule.Model is null or ServiceOptions.DefaultModel
                || service.Models.Keys.Contains(rule.Model, StringComparer.OrdinalIgnoreCase),
                $"{nameof(Rules)}:{number}:{nameof(rule.Model)}", $"use a name of {nameof(service.Models)}, or leave it out");
            Require(!service.DeidentifyIntake || rule.Description is null, $"{nameof(Rules)}:{number}:{nameof(rule.Description)}",
                $"leave it out where {nameof(service.DeidentifyIntake)} is set: descriptions are removed, as they may name patients");
            rule.Validate((holds, choice, advice) => Require(holds, $"{nameof(Rules)}:{number}:{choice}", advice));
        }

        static void Require(bool holds, string option, string advice) =>
            ServiceOptions.Require(holds, $"{nameof(ServiceOptions.Dicom)}:{option}", advice);
    }
}
