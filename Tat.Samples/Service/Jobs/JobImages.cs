namespace Tat.Samples.Service.Jobs;

/// <summary>The images of a job.</summary>
/// <param name="Reference">What the file or folder to compare with is called; <see langword="null"/> where none was given.</param>
/// <param name="Model">The model that restored them; <see langword="null"/> for the default.</param>
/// <param name="Scans">The scans that were restored.</param>
public sealed record JobImages(string? Reference, string? Model, IReadOnlyList<ScanImages> Scans);
