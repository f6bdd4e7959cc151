namespace Tat.Torch.Model.Contracts;

/// <summary>Blocks of one level, one after the other.</summary>
/// <param name="Name">The published name.</param>
/// <param name="Block">What each of them is.</param>
/// <param name="Blocks">How many there are.</param>
internal sealed record StagePlan(string Name, BlockPlan Block, int Blocks);
