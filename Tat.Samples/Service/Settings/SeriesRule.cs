namespace Tat.Samples.Service.Settings;

/// <summary>
/// Which series are restored, and how. Texts are compared without regard to case, <c>*</c> stands for any characters and <c>?</c> for one;
/// what is left out fits all.
/// </summary>
public sealed class SeriesRule
{
    public string? Modality { get; set; }

    /// <summary>The description of the series.</summary>
    public string? Description { get; set; }

    /// <summary>The UID of the SOP class.</summary>
    public string? SopClass { get; set; }

    /// <summary>The application entity that sent the series.</summary>
    public string? AeTitle { get; set; }

    /// <summary>The model that restores; <see langword="null"/> for the default.</summary>
    public string? Model { get; set; }

    /// <summary>The task; <see langword="null"/> for that of the modality.</summary>
    public string? Task { get; set; }

    /// <summary>Whether its series are restored before those that wait.</summary>
    public bool Urgent { get; set; }

    /// <summary>How much of what the model changes is applied, 0 … 1.</summary>
    public double Strength { get; set; } = 1;
}
