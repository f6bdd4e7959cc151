namespace Tat.Torch.Model.Contracts;

/// <summary>What generates the kernels that a level of the decoder shares.</summary>
/// <param name="FeedForward">Makes nine numbers for each hidden feature.</param>
/// <param name="Attention">Makes nine numbers for each query, key and value.</param>
/// <param name="Hidden">Hidden features of each half of the feed-forward layer.</param>
internal sealed record KernelPlan(LayerPlan FeedForward, LayerPlan Attention, int Hidden)
{
    /// <summary>The generators of a level's kernels.</summary>
    /// <param name="level">As the published program names it.</param>
    /// <param name="block">A block that is filtered with them.</param>
    /// <param name="inputs">Numbers of the task representation.</param>
    public static KernelPlan For(string level, BlockPlan block, int inputs) => new(
        new($"{RepresentationPlan.Root}.kernel_{level}_ffn.0", null, inputs, block.HiddenFilter.Outputs * block.HiddenFilter.FanIn),
        new($"{RepresentationPlan.Root}.kernel_{level}_attn.0", null, inputs, block.QkvFilter.Outputs * block.QkvFilter.FanIn),
        block.Hidden);
}
