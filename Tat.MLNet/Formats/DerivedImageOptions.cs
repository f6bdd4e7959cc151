namespace Tat.MLNet.Formats;

/// <summary>How a restored image describes itself.</summary>
public sealed record DerivedImageOptions
{
    /// <summary>Appended to the description of the source.</summary>
    /// <value>The default is <c>TAT restored – not for diagnostic use</c>.</value>
    public string DescriptionSuffix { get; init; } = "TAT restored – not for diagnostic use";

    /// <summary>Name and version of the model, for formats that record it.</summary>
    public string? Model { get; init; }
}
