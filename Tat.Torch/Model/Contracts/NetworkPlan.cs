namespace Tat.Torch.Model.Contracts;

/// <summary>
/// The architecture: which layers a network has, under which published names, at which resolution and how wide. What depends on the
/// architecture reads it here.
/// </summary>
/// <remarks>Lists by level begin with full resolution.</remarks>
internal sealed class NetworkPlan
{
    /// <summary>Resolutions, each half of the one before.</summary>
    public const int Levels = 4;

    /// <summary>Height and width of what the network takes are multiples of this.</summary>
    public const int SizeMultiple = 1 << (Levels - 1);

    /// <param name="options">Valid ones.</param>
    public NetworkPlan(TatNetworkOptions options)
    {
        Options = options;
        var c = options.Width;
        PatchEmbedding = new("patch_embed.proj", 0, 1, c, 3);
        Encoder = [.. Enumerable.Range(0, Levels - 1)
            .Select(level => Stage($"encoder_level{level + 1}", level, options.Channels(level), options.Blocks[level], isAdaptive: false))];
        Latent = Stage("latent", Levels - 1, options.Channels(Levels - 1), options.Blocks[Levels - 1], options.WeightGeneration);

        // At full resolution the decoder keeps both halves of what it joins, and so it is as wide as the level below.
        Decoder = [.. Enumerable.Range(0, Levels - 1)
            .Select(level => Stage($"decoder_level{level + 1}", level, options.Channels(Math.Max(level, 1)), options.Blocks[level],
                options.WeightGeneration))];
        Refinement = Stage("refinement", 0, Decoder[0].Block.Channels, options.RefinementBlocks, options.WeightGeneration);
        Down = [.. Encoder.Select((stage, level) =>
            new LayerPlan($"down{level + 1}_{level + 2}.body.0", level, stage.Block.Channels, stage.Block.Channels / 2, 3))];
        Up = [.. Encoder.Select((stage, level) =>
            new LayerPlan($"up{level + 2}_{level + 1}.body.0", level + 1, 2 * stage.Block.Channels, 4 * stage.Block.Channels, 3))];
        Reduce = [.. Decoder.Skip(1)
            .Select(stage => new LayerPlan($"reduce_chan_level{stage.Block.Level + 1}", stage.Block.Level, 2 * stage.Block.Channels,
                stage.Block.Channels, HasBias: options.Bias))];
        ReduceFinal = [new("reduce_final.0", 0, c + Decoder[0].Block.Channels + Refinement.Block.Channels, c, 3, options.Bias), new(
            "reduce_final.2", 0, c, c, HasBias: options.Bias)];
        Output = new("output", 0, c, 1, 3, options.Bias);
        Representation = options.WeightGeneration
            ? new(Latent.Block.Channels, options.RepresentationFeatures, Latent.Block, Decoder[2].Block, Decoder[1].Block, Decoder[0].Block)
            : null;

        StagePlan Stage(string name, int level, int channels, int blocks, bool isAdaptive) =>
            new(name, new(options, level, channels, isAdaptive), blocks);
    }

    public TatNetworkOptions Options { get; }

    /// <summary>From pixels to features.</summary>
    public LayerPlan PatchEmbedding { get; }

    /// <summary>The three encoder levels.</summary>
    public IReadOnlyList<StagePlan> Encoder { get; }

    /// <summary>The deepest level.</summary>
    public StagePlan Latent { get; }

    /// <summary>The three decoder levels.</summary>
    public IReadOnlyList<StagePlan> Decoder { get; }

    /// <summary>What follows the decoder.</summary>
    public StagePlan Refinement { get; }

    /// <summary>From each level to the next deeper one; then 2 × 2 pixels become four channels.</summary>
    public IReadOnlyList<LayerPlan> Down { get; }

    /// <summary>To each level from the next deeper one; then four channels become 2 × 2 pixels.</summary>
    public IReadOnlyList<LayerPlan> Up { get; }

    /// <summary>From the features of decoder and encoder together to half as many, at the second and the third level.</summary>
    public IReadOnlyList<LayerPlan> Reduce { get; }

    /// <summary>From the features of encoder, decoder and refinement together to those of the output.</summary>
    public IReadOnlyList<LayerPlan> ReduceFinal { get; }

    /// <summary>From features to the correction of the image.</summary>
    public LayerPlan Output { get; }

    /// <summary>Generates kernels; <see langword="null"/> for a network without weight generation.</summary>
    public RepresentationPlan? Representation { get; }

    /// <summary>All stages, in the order in which an image passes them.</summary>
    public IEnumerable<StagePlan> Stages => [.. Encoder, Latent, .. Decoder.Reverse(), Refinement];

    /// <summary>All layers outside of blocks.</summary>
    public IEnumerable<LayerPlan> Layers =>
        [PatchEmbedding, .. Down, .. Up, .. Reduce, .. ReduceFinal, Output, .. Representation?.Layers ?? []];

    /// <summary>Number of parameters.</summary>
    public long ParameterCount =>
        Stages.Sum(stage => stage.Blocks * stage.Block.ParameterCount) + Layers.Sum(layer => layer.ParameterCount);

    /// <summary>
    /// Whether weights of this name end a residual branch: without them, blocks hand on what they get, and the network returns its input.
    /// </summary>
    public static bool EndsBranch(string parameter) =>
        parameter.StartsWith("output.", StringComparison.Ordinal) || parameter.Contains(".project_out.", StringComparison.Ordinal);
}
