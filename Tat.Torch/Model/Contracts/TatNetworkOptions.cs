using System.Text.Json.Serialization;
using Tat.Torch.Files;
using Tat.Torch.Model.Contracts;

namespace Tat.Torch.Model;

/// <summary>The architecture of a <see cref="TatNetwork"/>. The defaults are those of the paper (MICCAI 2025, arXiv 2512.14550).</summary>
/// <remarks>Immutable. <see cref="Validate"/> runs when a network is made of it.</remarks>
public sealed record TatNetworkOptions
{
    /// <summary>The network of the paper: 41,687,424 parameters.</summary>
    public static TatNetworkOptions Paper { get; } = new();

    /// <summary>5.9 million parameters: a compromise for patient training on a CPU or quick training on a GPU.</summary>
    public static TatNetworkOptions Medium { get; } = new()
    {
        Width = 24,
        Blocks = [1, 2, 2, 3],
        RefinementBlocks = 1,
        RepresentationFeatures = 24,
        TrainSize = 64,
    };

    /// <summary>2.3 million parameters: trains on a CPU in minutes.</summary>
    public static TatNetworkOptions Small { get; } = new()
    {
        Width = 16,
        Blocks = [1, 1, 1, 2],
        RefinementBlocks = 1,
        RepresentationFeatures = 16,
        TrainSize = 64,
    };

    /// <summary>Channels at full resolution; each of the three deeper levels doubles them. Even, 2 … 512.</summary>
    /// <value>The default is 48.</value>
    public int Width { get; init; } = 48;

    /// <summary>Blocks of the three encoder levels, which the decoder mirrors, and of the latent level; each 1 … 64.</summary>
    /// <value>The default is 4, 6, 6, 8.</value>
    public IReadOnlyList<int> Blocks { get; init; } = [4, 6, 6, 8];

    /// <summary>Blocks after the decoder, at full resolution, 1 … 64.</summary>
    /// <value>The default is 4.</value>
    public int RefinementBlocks { get; init; } = 4;

    /// <summary>Attention heads of the four levels; each divides the channels of its level.</summary>
    /// <value>The default is 1, 2, 4, 8.</value>
    public IReadOnlyList<int> Heads { get; init; } = [1, 2, 4, 8];

    /// <summary>Hidden width of a feed-forward layer as a multiple of its channels, rounded down; above 0, at most 16.</summary>
    /// <value>The default is 2.66.</value>
    public double ExpansionFactor { get; init; } = 2.66;

    /// <summary>Whether the convolutions of blocks and of the output have a bias.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Bias { get; init; }

    /// <summary>How features are normalised.</summary>
    /// <value>The default is <see cref="LayerNormKind.WithBias"/>.</value>
    public LayerNormKind LayerNorm { get; init; } = LayerNormKind.WithBias;

    /// <summary>
    /// Width of the network that reads the task representation from the image; the representation has four times as many numbers. 1 … 1024.
    /// </summary>
    /// <value>The default is 64.</value>
    public int RepresentationFeatures { get; init; } = 64;

    /// <summary>
    /// Side of the training patches in pixels, a multiple of 8 up to 4096; attention windows of larger images follow from it.
    /// </summary>
    /// <value>The default is 128.</value>
    public int TrainSize { get; init; } = 128;

    /// <summary>
    /// Whether part of the kernels is generated from the task representation; without it the decoder is made of plain blocks.
    /// </summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool WeightGeneration { get; init; } = true;

    /// <summary>Number of parameters of the network.</summary>
    [JsonIgnore]
    public long ParameterCount => new NetworkPlan(this).ParameterCount;

    /// <summary>Channels of a level (0 is full resolution, 3 is the latent level).</summary>
    internal int Channels(int level) => Width << level;

    /// <summary>Hidden features of a feed-forward layer.</summary>
    internal int Hidden(int channels) => (int)(channels * ExpansionFactor);

    /// <summary>Side of the attention windows of a level: one and a half times the size that a training patch has there.</summary>
    internal int Window(int level) => (int)Math.Floor(1.5 * TrainSize / Heads[level]);

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and what to
    /// use.</exception>
    public void Validate()
    {
        Require(Width is >= 2 and <= 512 && Width % 2 == 0, nameof(Width), Width, "use an even number from 2 to 512");
        Require(Blocks is { Count: NetworkPlan.Levels } && Blocks.All(count => count is >= 1 and <= 64), nameof(Blocks), Show(Blocks),
            "use four numbers from 1 to 64");
        Require(RefinementBlocks is >= 1 and <= 64, nameof(RefinementBlocks), RefinementBlocks, "use a number from 1 to 64");
        Require(Heads is { Count: NetworkPlan.Levels } && Heads.All(count => count >= 1), nameof(Heads), Show(Heads),
            "use four positive numbers");
        Require(double.IsFinite(ExpansionFactor) && ExpansionFactor is > 0 and <= 16 && Hidden(Width) >= 1, nameof(ExpansionFactor),
            ExpansionFactor, "use a number above 0 and up to 16 that leaves at least one hidden feature");
        Require(Enum.IsDefined(LayerNorm), nameof(LayerNorm), LayerNorm, "use WithBias or BiasFree");
        Require(RepresentationFeatures is >= 1 and <= 1024, nameof(RepresentationFeatures), RepresentationFeatures,
            "use a number from 1 to 1024");
        Require(TrainSize is >= 8 and <= 4096 && TrainSize % NetworkPlan.SizeMultiple == 0, nameof(TrainSize), TrainSize,
            "use a multiple of 8 from 8 to 4096");
        for (var level = 0; level < NetworkPlan.Levels; level++)
        {
            Require(Channels(level) % Heads[level] == 0, nameof(Heads), Show(Heads),
                $"level {level + 1} has {Channels(level)} channels, which {Heads[level]} heads do not divide");
            Require(Window(level) >= 1, nameof(Heads), Show(Heads),
                $"{Heads[level]} heads leave no attention window at level {level + 1} for patches of {TrainSize}");
        }
    }

    /// <inheritdoc/>
    public bool Equals(TatNetworkOptions? other) => other is not null
        && Width == other.Width && Blocks.SequenceEqual(other.Blocks) && RefinementBlocks == other.RefinementBlocks
        && Heads.SequenceEqual(other.Heads)
        && ExpansionFactor.Equals(other.ExpansionFactor) && Bias == other.Bias && LayerNorm == other.LayerNorm
        && RepresentationFeatures == other.RepresentationFeatures && TrainSize == other.TrainSize
        && WeightGeneration == other.WeightGeneration;

    /// <inheritdoc/>
    public override int GetHashCode() =>
        HashCode.Combine(Width, Blocks.Sum(), RefinementBlocks, ExpansionFactor, RepresentationFeatures, TrainSize);

    private static string Show(IReadOnlyList<int>? values) => values is null ? "null" : $"[{string.Join(", ", values)}]";

    private static void Require(bool holds, string option, object? value, string advice) =>
        OptionCheck.Require(holds, "network", option, value, advice);
}
