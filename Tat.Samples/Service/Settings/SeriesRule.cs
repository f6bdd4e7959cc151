namespace Tat.Samples.Service.Settings;

/// <summary>
/// Which series are restored, and how. Texts are compared without regard to case, <c>*</c> stands for any characters and <c>?</c> for one;
/// what is left out fits all.
/// </summary>
public sealed record SeriesRule : RestorationChoices
{
    public SeriesRule()
    {
    }

    /// <summary>A rule for all series.</summary>
    public SeriesRule(RestorationChoices choices)
        : base(choices)
    {
    }

    public string? Modality { get; init; }

    /// <summary>The description of the series.</summary>
    public string? Description { get; init; }

    /// <summary>The UID of the SOP class.</summary>
    public string? SopClass { get; init; }

    /// <summary>The application entity that sent the series.</summary>
    public string? AeTitle { get; init; }

    /// <summary>Whether its series are restored before those that wait.</summary>
    public bool Urgent { get; init; }
}
