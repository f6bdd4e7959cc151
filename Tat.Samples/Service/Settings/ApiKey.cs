namespace Tat.Samples.Service.Settings;

/// <summary>A key that callers show; the configuration holds its hash alone.</summary>
public sealed class ApiKey
{
    /// <summary>Whose it is, for the log.</summary>
    public string Name { get; set; } = "";

    /// <summary>The SHA-256 of the key, in hexadecimal.</summary>
    public string Sha256 { get; set; } = "";
}
