namespace Tat.Samples.Service.Intake;

/// <summary>What came with a request, on the disk.</summary>
/// <param name="Source">The file or folder to restore.</param>
/// <param name="Reference">What to compare the result with; <see langword="null"/> where none was given.</param>
/// <param name="Fields">The other fields of the form.</param>
internal sealed record Upload(string Source, string? Reference, IReadOnlyDictionary<string, string> Fields);
