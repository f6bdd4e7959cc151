namespace Tat.Torch.Model.Contracts;

/// <summary>
/// The part of the network that reads the task representation from the latent input, at half the resolution of the image, and generates
/// kernels from it.
/// </summary>
internal sealed class RepresentationPlan
{
    /// <summary>The module that has all of it.</summary>
    public const string Root = "tren";

    private const int Level = 1;

    public RepresentationPlan(int latentChannels, int features, BlockPlan latent, BlockPlan level3, BlockPlan level2, BlockPlan level1)
    {
        // Each step from the latent level to half the resolution turns four channels into 2 × 2 pixels.
        First = new($"{Root}.E.0", Level, latentChannels >> (2 * (NetworkPlan.Levels - 1 - Level)), features, 3, HasBias: true);
        Residual = [.. new[] { 2, 3 }.Select(block => new[] { Inner(block, 0), Inner(block, 2) })];
        Widening = [new($"{Root}.E.4", Level, features, features, 3), new($"{Root}.E.6", Level, features, 2 * features, 3), new(
            $"{Root}.E.8", Level, 2 * features, 4 * features, 3)];
        Mlp = [new($"{Root}.mlp.0", null, 4 * features, 4 * features), new($"{Root}.mlp.2", null, 4 * features, 4 * features)];
        (Latent, Level3, Level2, Level1) = (KernelPlan.For("latent", latent, 4 * features), KernelPlan.For("level3", level3, 4 * features),
            KernelPlan.For("level2", level2, 4 * features), KernelPlan.For("level1", level1, 4 * features));

        LayerPlan Inner(int block, int layer) => new($"{Root}.E.{block}.body.{layer}", Level, features, features, 3, HasBias: true);
    }

    /// <summary>Reads the latent input.</summary>
    public LayerPlan First { get; }

    /// <summary>Pairs of layers whose output is added to their input.</summary>
    public IReadOnlyList<LayerPlan[]> Residual { get; }

    /// <summary>From the features to four times as many, whose mean over the image is taken.</summary>
    public IReadOnlyList<LayerPlan> Widening { get; }

    /// <summary>From the mean to the representation.</summary>
    public IReadOnlyList<LayerPlan> Mlp { get; }

    public KernelPlan Latent { get; }

    public KernelPlan Level3 { get; }

    public KernelPlan Level2 { get; }

    /// <summary>Kernels of the last decoder level and of the refinement.</summary>
    public KernelPlan Level1 { get; }

    /// <summary>All generators.</summary>
    public IReadOnlyList<KernelPlan> Kernels => [Latent, Level3, Level2, Level1];

    /// <summary>All layers.</summary>
    public IEnumerable<LayerPlan> Layers =>
        [First, .. Residual.SelectMany(pair => pair), .. Widening, .. Mlp, .. Kernels.SelectMany(kernels =>
            new[] { kernels.FeedForward, kernels.Attention })];
}
