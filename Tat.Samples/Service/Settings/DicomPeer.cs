namespace Tat.Samples.Service.Settings;

/// <summary>Where restored series are sent on to.</summary>
public sealed class DicomPeer
{
    /// <summary>The root of its DICOMweb services, such as <c>http://pacs:8042/dicom-web</c>; <see langword="null"/> for no peer.</summary>
    public string? Url { get; set; }

    /// <summary>The header <c>Authorization</c> of requests, such as <c>Bearer …</c>.</summary>
    public string? Authorization { get; set; }

    /// <summary>Seconds after which sending a series is given up, and begun again later.</summary>
    public double TimeoutSeconds { get; set; } = 600;
}
