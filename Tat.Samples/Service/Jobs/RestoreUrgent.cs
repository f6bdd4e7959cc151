namespace Tat.Samples.Service.Jobs;

/// <summary>An urgent job is to be begun.</summary>
public sealed record RestoreUrgent(Guid Id);
