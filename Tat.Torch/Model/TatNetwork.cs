using Tat.Torch.Model.Contracts;
using Tat.Torch.Model.FeatureMaps;
using Tat.Torch.Model.Layers;
using Tat.Torch.Model.Parameters;
using Tat.Torch.Model.Recording;
using Tat.Torch.Runtime;
using Tat.Torch.Runtime.Loading;
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
public sealed partial class TatNetwork : nn.Module<Tensor, Tensor>
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
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
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
}
