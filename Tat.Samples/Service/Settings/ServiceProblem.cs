namespace Tat.Samples.Service.Settings;

/// <summary>A request that cannot be granted; the caller is told why and what to do.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="message">The reason, and what to do.</param>
public sealed class ServiceProblem(int status, string message) : Exception(message)
{
    public int Status { get; } = status;

    /// <summary>The field of the request that is wrong; <see langword="null"/> where it is not a single one.</summary>
    public string? Field { get; init; }

    /// <summary>When it is worth asking again; <see langword="null"/> for never.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
