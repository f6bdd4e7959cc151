using Tat.MLNet.Formats;

namespace Tat.Samples.Service.Jobs;

/// <summary>The images of a job.</summary>
/// <param name="Reference">What the file or folder to compare with is called; <see langword="null"/> where none was given.</param>
/// <param name="Model">The model that restored them; <see langword="null"/> for the default.</param>
/// <param name="Grid">How much finer than their own grid they were restored; <see langword="null"/> for not at all.</param>
/// <param name="Scans">The scans that were restored.</param>
public sealed record JobImages(string? Reference, string? Model, UpsamplingFactor? Grid, IReadOnlyList<ScanImages> Scans);
