namespace Tat.Samples.Service.Jobs;

/// <summary>A file of a result.</summary>
/// <param name="Name">Its path relative to the result, with slashes.</param>
/// <param name="Bytes">Its size.</param>
public sealed record ResultFile(string Name, long Bytes);
