namespace Tat.Samples.Service.Settings;

/// <summary>Who vouches for callers: bearer tokens of this authority are accepted, beside keys.</summary>
public sealed class OpenIdConnect
{
    /// <summary>The address of the authority, below which its <c>.well-known/openid-configuration</c> is; <see langword="null"/> for
    /// none.</summary>
    public string? Authority { get; set; }

    /// <summary>For whom tokens must be issued.</summary>
    public string? Audience { get; set; }
}
