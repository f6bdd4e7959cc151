namespace Tat.Samples.Service.Intake;

/// <summary>A job for files that the service reaches itself.</summary>
/// <param name="Path">The file or folder.</param>
/// <param name="Task">The task; <see langword="null"/> for that of the scan's modality.</param>
/// <param name="Model">The model; <see langword="null"/> for the default.</param>
/// <param name="Priority">The priority.</param>
/// <param name="Strength">How much of what the model changes is applied, 0 … 1.</param>
public sealed record PathRequest(string? Path, string? Task, string? Model, string? Priority, double? Strength);
