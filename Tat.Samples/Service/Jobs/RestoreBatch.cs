namespace Tat.Samples.Service.Jobs;

/// <summary>A job of the batch is to be begun.</summary>
public sealed record RestoreBatch(Guid Id);
