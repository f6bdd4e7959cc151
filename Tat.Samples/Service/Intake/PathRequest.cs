using System.Text.Json.Serialization;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Intake;

/// <summary>A job for files that the service reaches itself.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PathRequest : RestorationChoices
{
    /// <summary>The file or folder.</summary>
    public string? Path { get; init; }

    /// <summary>The priority: urgent or batch.</summary>
    public string? Priority { get; init; }
}
