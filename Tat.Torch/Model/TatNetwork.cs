using Tat.Torch.Model.Contracts;
using Tat.Torch.Model.FeatureMaps;
using Tat.Torch.Model.Layers;
using Tat.Torch.Model.Parameters;
using Tat.Torch.Model.Recording;
using Tat.Torch.Runtime;
using Tat.Torch.Runtime.Loading;
using TorchSharp;
using static TorchSharp.torch;

namespace Tat.Torch.Model;

/// <summary>
/// The Task-Adaptive Transformer (MICCAI 2025, arXiv 2512.14550): a four-level U-Net of Restormer blocks that restores images of several
/// tasks with one set of weights. The latent level, the decoder and the refinement filter each image with kernels that depend on a task
/// representation, which the network reads from the image itself.
/// </summary>
/// <remarks>
/// Images are batch × 1 × height × width, normalised to [0, 1], height and width multiples of 8. Parameters have the names and shapes of
/// the published PyTorch program. A call changes nothing in the network: several threads may call it at once, and the result for
/// an image does not depend on the rest of its batch.
/// </remarks>
public sealed class TatNetwork : nn.Module<Tensor, Tensor>
{
    private readonly Weights _patchEmbedding;
    private readonly Stage _encoder1;
    private readonly Resampling _down1;
    private readonly Stage _encoder2;
    private readonly Resampling _down2;
    private readonly Stage _encoder3;
    private readonly Resampling _down3;
    private readonly Stage _latent;
    private readonly Resampling _up3;
    private readonly Weights _reduce3;
    private readonly Stage _decoder3;
    private readonly Resampling _up2;
    private readonly Weights _reduce2;
    private readonly Stage _decoder2;
    private readonly Resampling _up1;
    private readonly Stage _decoder1;
    private readonly Stage _refinement;
    private readonly Weights[] _reduceFinal;
    private readonly Weights _output;
    private readonly TaskRepresentation? _representation;
    private volatile bool _isDisposed;

    /// <summary>Creates a network with random weights.</summary>
    /// <param name="options">The architecture.</param>
    /// <param name="seed">Same seed, same weights.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public TatNetwork(TatNetworkOptions options, ulong seed = 42)
        : this(options, new ParameterSource(seed))
    {
    }

    /// <summary>The constructor of the base calls LibTorch.</summary>
    private static string WithLibTorch(string name)
    {
        LibTorch.EnsureLoaded();
        return name;
    }

    private TatNetwork(TatNetworkOptions options, ParameterSource source)
        : base(WithLibTorch(nameof(TatNetwork)))
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Options = options;
        var plan = new NetworkPlan(options);
        _patchEmbedding = Layer(plan.PatchEmbedding);
        _encoder1 = Blocks(plan.Encoder[0]);
        _down1 = Down(0);
        _encoder2 = Blocks(plan.Encoder[1]);
        _down2 = Down(1);
        _encoder3 = Blocks(plan.Encoder[2]);
        _down3 = Down(2);
        _latent = Blocks(plan.Latent);
        _up3 = Up(2);
        _reduce3 = Layer(plan.Reduce[1]);
        _decoder3 = Blocks(plan.Decoder[2]);
        _up2 = Up(1);
        _reduce2 = Layer(plan.Reduce[0]);
        _decoder2 = Blocks(plan.Decoder[1]);
        _up1 = Up(0);
        _decoder1 = Blocks(plan.Decoder[0]);
        _refinement = Blocks(plan.Refinement);
        _reduceFinal = [.. plan.ReduceFinal.Select(Layer)];
        _output = Layer(plan.Output);
        _representation = plan.Representation is { } representation ? new(this, source, representation) : null;

        Stage Blocks(StagePlan stage) => this.Add(stage.Name, new Stage(source, stage));
        Weights Layer(LayerPlan layer) => this.Add(layer.Name, Weights.Of(source, layer));
        Resampling Down(int level) => new(Layer(plan.Down[level]), up: false);
        Resampling Up(int level) => new(Layer(plan.Up[level]), up: true);
    }

    /// <summary>A network whose weights are still to be read.</summary>
    internal static TatNetwork CreateUninitialized(TatNetworkOptions options) => new(options, new ParameterSource(seed: null));

    /// <summary>
    /// Sets the last layer of every residual branch to zero: blocks hand on what they get, and the network returns its input.
    /// </summary>
    internal void MakeIdentity()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var (name, parameter) in named_parameters())
        {
            if (NetworkPlan.EndsBranch(name))
            {
                parameter.zero_();
            }
        }
    }

    /// <summary>Refuses use after the weights have been freed.</summary>
    /// <exception cref="ObjectDisposedException">The network was disposed of.</exception>
    internal void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_isDisposed, this);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _isDisposed = true;
        base.Dispose(disposing);
    }

    /// <summary>The architecture.</summary>
    public TatNetworkOptions Options { get; }

    internal Weights PatchEmbedding => _patchEmbedding;

    internal Stage Encoder1 => _encoder1;

    internal Stage Latent => _latent;

    /// <summary>Where the weights are, and images must be.</summary>
    internal Device Device => _output.Weight.device;

    /// <summary>Restores a batch of images.</summary>
    /// <param name="input">batch × 1 × height × width, in [0, 1]; height and width are multiples of 8.</param>
    /// <returns>As large as the input; not clipped.</returns>
    /// <exception cref="ArgumentException">The shape is another.</exception>
    public override Tensor forward(Tensor input) => Restore(input, kernels: null);

    /// <summary>
    /// Restores a batch of images with kernels that are given, for example those of the whole image of which the inputs are parts.
    /// </summary>
    /// <param name="input">batch × 1 × height × width, in [0, 1]; height and width are multiples of 8.</param>
    /// <param name="kernels">From <see cref="ComputeRepresentation"/>: of as many images, or of one for all.</param>
    /// <returns>As large as the input; not clipped.</returns>
    /// <exception cref="ArgumentException">The shape is another.</exception>
    public Tensor forward(Tensor input, TaskKernels kernels)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        return Restore(input, kernels);
    }

    /// <summary>Reads the task representation of images and generates their kernels.</summary>
    /// <param name="input">batch × 1 × height × width, in [0, 1]; height and width are multiples of 8.</param>
    /// <returns>To be disposed by the caller.</returns>
    /// <exception cref="ArgumentException">The shape is another.</exception>
    public TaskKernels ComputeRepresentation(Tensor input)
    {
        CheckShape(input);
        using var scope = NewDisposeScope();
        var mode = RunMode.For(input);
        return GenerateKernels(mode, Encode(new MapPass(mode), input).LatentInput).MoveToOuterDisposeScope();
    }

    private Tensor Restore(Tensor input, TaskKernels? kernels)
    {
        CheckShape(input);
        using var scope = NewDisposeScope();
        var mode = RunMode.For(input);
        if (mode.Records || !mode.OnCpu)
        {
            return RestoreBatch(mode, input, kernels).MoveToOuterDisposeScope();
        }

        // One after the other: a CPU gains nothing from a batch, and so each image has the same result, to the last bit, in any company.
        var restored = empty_like(input);
        var isInference = is_inference_mode_enabled();
        ComputeThreads.Run(input.device, () =>
        {
            using IDisposable unrecorded = isInference ? inference_mode() : no_grad();
            for (var i = 0; i < input.shape[0]; i++)
            {
                using var perImage = NewDisposeScope();
                var image = input.narrow(0, i, 1);
                restored.narrow(0, i, 1).copy_(RestoreBatch(RunMode.For(image), image, kernels?.Of(i)));
            }
        });
        return restored.MoveToOuterDisposeScope();
    }

    private Tensor RestoreBatch(RunMode mode, Tensor input, TaskKernels? kernels)
    {
        var pass = new MapPass(mode);
        var features = Encode(pass, input);
        return Decode(pass, features, (kernels ?? GenerateKernels(mode, features.LatentInput)).Stages).Plus(input);
    }

    /// <summary>
    /// What <see cref="forward(Tensor)"/> does, with the same gradients but for the order in which some are summed, less memory and more
    /// time: blocks are run again when their gradients are due.
    /// </summary>
    internal Tensor ForwardRecomputing(Tensor input)
    {
        CheckShape(input);
        using var scope = NewDisposeScope();
        return RestoreBatch(RunMode.For(input) with { Recomputes = true }, input, kernels: null).MoveToOuterDisposeScope();
    }

    /// <summary>What a part of an image gives to the representation of the whole: 1 × 4n sums over some of its rows and columns.</summary>
    /// <remarks>The bounds are in pixels of the part, multiples of 8; the features of their border depend on 16 pixels beyond.</remarks>
    internal Tensor SumRepresentation(Tensor part, int top, int bottom, int left, int right)
    {
        using var scope = NewDisposeScope();
        var mode = RunMode.For(part);
        return _representation!.Sum(mode, Encode(new MapPass(mode), part).LatentInput, top, bottom, left, right).MoveToOuterDisposeScope();
    }

    /// <summary>The kernels of an image whose parts have been summed up.</summary>
    internal TaskKernels FinishRepresentation(Tensor sums, int height, int width)
    {
        using var scope = NewDisposeScope();
        return _representation!.Finish(RunMode.For(sums), sums, height, width).MoveToOuterDisposeScope();
    }

    private void CheckShape(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ThrowIfDisposed();
        if (input.shape is not [> 0, 1, > 0, > 0] || input.shape[2] % NetworkPlan.SizeMultiple != 0
            || input.shape[3] % NetworkPlan.SizeMultiple != 0)
        {
            throw new ArgumentException(
                "The network takes images of shape batch × 1 × height × width, height and width multiples of 8, and got "
                + $"{string.Join(" × ", input.shape)}; a Restorer pads images of any size.",
                nameof(input));
        }
    }

    /// <summary>The encoder: features of the three levels and the input of the latent level.</summary>
    internal EncoderFeatures<TMap> Encode<TMap, TKernels>(IPass<TMap, TKernels> pass, TMap image)
    {
        var level1 = pass.Run(_encoder1, pass.Embed(_patchEmbedding, image));
        var level2 = pass.Run(_encoder2, pass.Resample(_down1, level1));
        var level3 = pass.Run(_encoder3, pass.Resample(_down2, level2));
        return new(level1, level2, level3, pass.Resample(_down3, level3));
    }

    private TaskKernels GenerateKernels(RunMode mode, Tensor latentInput) =>
        _representation?.Generate(mode, latentInput) ?? new TaskKernels();

    /// <summary>Latent level, decoder, refinement and output.</summary>
    /// <returns>What is added to the image.</returns>
    private TMap Decode<TMap, TKernels>(IPass<TMap, TKernels> pass, EncoderFeatures<TMap> encoder, DecoderKernels<TKernels> kernels)
    {
        var latent = pass.Run(_latent, encoder.LatentInput, kernels.Latent);
        var level3 = pass.Run(_decoder3, pass.Join(pass.Resample(_up3, latent), encoder.Level3, _reduce3), kernels.Level3);
        var level2 = pass.Run(_decoder2, pass.Join(pass.Resample(_up2, level3), encoder.Level2, _reduce2), kernels.Level2);
        var level1 = pass.Run(_decoder1, pass.Join(pass.Resample(_up1, level2), encoder.Level1), kernels.Level1);
        var refined = pass.Run(_refinement, pass.Keep(level1), kernels.Level1);
        return pass.Finish([encoder.Level1, level1, refined], _reduceFinal, _output);
    }

    /// <summary>Whether <see cref="Record"/> takes images of a size: widths that the SIMD loops take, and one attention window.</summary>
    internal bool CanRecord(long height, long width)
    {
        const int multiple = 8, least = 16;
        return Tape.IsPossible && _output.Weight.dtype == ScalarType.Float32 && Device.type == DeviceType.CPU
            && Options is { Bias: false, LayerNorm: LayerNormKind.WithBias, WeightGeneration: true }
            && Options.RepresentationFeatures % multiple == 0 && Options.Width >= least
            && Enumerable.Range(0, 4)
                .All(level => Options.Window(level) >= Math.Max(height, width) >> level && FitsSimd(level, Options.Channels(level)))
            && FitsSimd(0, Options.Channels(1));

        bool FitsSimd(int level, int channels) =>
            channels % multiple == 0 && channels / Options.Heads[level] is var size && size % multiple == 0 && size >= least;
    }

    /// <summary>What <see cref="forward(Tensor)"/> does to one image, recorded for its gradients.</summary>
    /// <param name="tape">The tape; its maps live until it is cleared.</param>
    /// <param name="image">H×W×1.</param>
    /// <returns>What is added to the image, H×W×1.</returns>
    internal RecordedMap Record(Tape tape, RecordedMap image)
    {
        var pass = new RecordedPass(tape);
        var features = Encode(pass, image);
        return Decode(pass, features, _representation!.Generate(tape, features.LatentInput));
    }

    internal readonly record struct EncoderFeatures<TMap>(TMap Level1, TMap Level2, TMap Level3, TMap LatentInput);
}
