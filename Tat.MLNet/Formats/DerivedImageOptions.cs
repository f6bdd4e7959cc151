namespace Tat.MLNet.Formats;

/// <summary>How a restored image describes itself.</summary>
public sealed record DerivedImageOptions
{
    /// <summary>Appended to the description of the source.</summary>
    /// <value>The default is <c>TAT restored – not for diagnostic use</c>.</value>
    public string DescriptionSuffix { get; init; } = "TAT restored – not for diagnostic use";

    /// <summary>Name and version of the model, for formats that record it.</summary>
    public string? Model { get; init; }

    /// <summary>
    /// Store pixels in the data type and scaling of the source, which rounds and clips them, and not in the one that the format prefers
    /// (NIfTI: 32-bit floats).
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool KeepDataType { get; init; }
}
