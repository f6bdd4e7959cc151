namespace Tat.Torch.Model.Contracts;

/// <summary>A Restormer block: attention between channels, then a gated feed-forward layer. Names are those inside the block.</summary>
/// <param name="Options">Bias and norm.</param>
/// <param name="Level">How often the image has been halved.</param>
/// <param name="Channels">Features that the block reads and makes.</param>
/// <param name="IsAdaptive">Whether part of its depth-wise kernels is generated.</param>
internal sealed record BlockPlan(TatNetworkOptions Options, int Level, int Channels, bool IsAdaptive)
{
    /// <summary>What attention is multiplied with, a number for each head.</summary>
    public const string Temperature = "attn.temperature";

    /// <summary>The norms before attention and before the feed-forward layer.</summary>
    public const string AttentionNorm = "norm1.body", FeedForwardNorm = "norm2.body";

    /// <summary>Attention heads.</summary>
    public int Heads => Options.Heads[Level];

    /// <summary>Side of the attention windows.</summary>
    public int Window => Options.Window(Level);

    /// <summary>Hidden features of each half of the feed-forward layer.</summary>
    public int Hidden => Options.Hidden(Channels);

    /// <summary>Queries, keys and values.</summary>
    public LayerPlan Qkv => new("attn.qkv", Level, Channels, 3 * Channels, HasBias: Options.Bias);

    /// <summary>Filters queries, keys and values.</summary>
    public LayerPlan QkvFilter => Filter("attn.qkv_dwconv", 3 * Channels);

    /// <summary>From values to the output of attention.</summary>
    public LayerPlan AttentionOut => new("attn.project_out", Level, Channels, Channels, HasBias: Options.Bias);

    /// <summary>To the two halves of the hidden features.</summary>
    public LayerPlan FeedForwardIn => new("ffn.project_in", Level, Channels, 2 * Hidden, HasBias: Options.Bias);

    /// <summary>Filters both halves.</summary>
    public LayerPlan HiddenFilter => Filter("ffn.dwconv", 2 * Hidden);

    /// <summary>From the gated features to the output.</summary>
    public LayerPlan FeedForwardOut => new("ffn.project_out", Level, Hidden, Channels, HasBias: Options.Bias);

    /// <summary>All of them.</summary>
    public IReadOnlyList<LayerPlan> Layers => [Qkv, QkvFilter, AttentionOut, FeedForwardIn, HiddenFilter, FeedForwardOut];

    /// <summary>
    /// Multiply-accumulates of attention for each pixel, beyond those of the layers: queries by keys, and attention by values.
    /// </summary>
    public double AttentionProductsPerPixel => 2.0 * Channels * Channels / Heads;

    /// <summary>Number of its parameters.</summary>
    public long ParameterCount =>
        Heads + ((Options.LayerNorm == LayerNormKind.WithBias ? 4L : 2L) * Channels) + Layers.Sum(layer => layer.ParameterCount);

    /// <summary>The part of a filter's kernels that all images share, where the rest is generated.</summary>
    public static string SharedKernel(LayerPlan filter) => $"{Owner(filter)}.dw_kernel";

    /// <summary>What generated kernels are multiplied with.</summary>
    public static string Gate(LayerPlan filter) => $"{Owner(filter)}.lambda_dw";

    private static string Owner(LayerPlan filter) => filter.Name.Split('.')[0];

    /// <summary>Where kernels are generated, each channel has a gate for them in place of a bias.</summary>
    private LayerPlan Filter(string name, int channels) =>
        new(name, Level, channels, channels, 3, Options.Bias || IsAdaptive) { IsDepthWise = true };
}
