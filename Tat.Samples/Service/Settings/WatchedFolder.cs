namespace Tat.Samples.Service.Settings;

/// <summary>A folder that another program puts DICOM files into, as dcmtk's <c>storescp</c> does.</summary>
public sealed class WatchedFolder
{
    /// <summary>The folder, by its full path. Files that are taken leave it; those that cannot be are moved into <c>refused</c>.</summary>
    public string Path { get; set; } = "";

    /// <summary>Who sends them, for rules, where the files do not tell it themselves.</summary>
    public string? AeTitle { get; set; }
}
