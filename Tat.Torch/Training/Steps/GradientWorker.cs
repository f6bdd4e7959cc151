using Tat.Torch.Inference.Tiling;
using Tat.Torch.Losses;
using Tat.Torch.Model;
using Tat.Torch.Model.FeatureMaps;
using Tat.Torch.Runtime;
using Tat.Torch.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Tat.Torch.Training.Steps;

/// <summary>
/// A network and a balancer that calculate the gradients of patches, on one thread at a time. Workers may share their weights; each has
/// gradients of its own.
/// </summary>
internal sealed class GradientWorker : IDisposable
{
    private readonly TatNetwork _network;
    private readonly ILossBalancer _balancer;
    private readonly bool _recomputes;
    private readonly RestorationLoss _loss;

    /// <summary>For patches that have one core.</summary>
    private readonly RecordedPatch? _recorded;

    /// <summary>The network that computes, where that is not the one with the weights in full precision.</summary>
    private readonly TatNetwork? _working;
    private readonly FlatParameters? _workingWeights;

    /// <summary>Takes over a network and a balancer of one device and type.</summary>
    /// <param name="network">The network.</param>
    /// <param name="balancer">The balancer.</param>
    /// <param name="options">How to train.</param>
    /// <param name="shared">The parameters of another worker, to share their values.</param>
    public GradientWorker(TatNetwork network, ILossBalancer balancer, TatTrainerOptions options, FlatParameters? shared = null)
    {
        (_network, _balancer, _recomputes, _loss) = (network, balancer, options.ActivationCheckpointing, options.Loss);
        Parameters = new(
            _network.named_parameters().Select(named => ($"network.{named.name}", named.parameter))
                .Concat(_balancer.NamedParameters.Select(named => ($"balancer.{named.Name}", named.Parameter))),
            withGradients: true, shared);
        if (options.BFloat16)
        {
            _working = TatNetwork.CreateUninitialized(network.Options);
            _working.to(ScalarType.BFloat16).to(network.Device);
            _workingWeights = new(_working.named_parameters().Select(named => (named.name, named.parameter)), withGradients: true);
        }

        _recorded = options.BFloat16 || _recomputes ? null : new(network);
    }

    /// <summary>Weights of the network, then those of the balancer, and the gradients that have come together.</summary>
    public FlatParameters Parameters { get; }

    /// <summary>Where this worker's time goes.</summary>
    public StepTimer Timer { get; } = new();

    /// <summary>Sets all gradients to zero, and takes over weights that have changed.</summary>
    public void Begin()
    {
        Parameters.ZeroGradients();
        if (_workingWeights is not null)
        {
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            _workingWeights.ZeroGradients();
            _workingWeights.Values.copy_(Parameters.Values.narrow(0, 0, _workingWeights.Values.numel()));
        }
    }

    /// <summary>Adds the gradients of some patches of a batch, which go through the network together.</summary>
    /// <param name="batch">The batch; takes what comes of these patches.</param>
    /// <param name="start">The first of them.</param>
    /// <param name="count">How many.</param>
    /// <param name="onOneCore">Whether the calling thread computes alone.</param>
    public void Accumulate(BatchTensors batch, int start, int count, bool onOneCore = false)
    {
        var recorded = onOneCore && Records(batch.Size) ? _recorded : null;
        var step = recorded is null ? count : 1;
        for (var i = start; i < start + count; i += step)
        {
            Accumulate(batch, i, step, recorded);
        }
    }

    private bool Records(PaddedSize size) => _recorded is not null && _network.CanRecord(size.Height, size.Width);

    private void Accumulate(BatchTensors batch, int start, int count, RecordedPatch? recorded)
    {
        using var scope = NewDisposeScope();
        using var recording = enable_grad();
        Timer.Restart();
        var input = batch.LowQuality.narrow(0, start, count);
        var restored = recorded?.Restore(input) ?? Restore(input);
        Timer.Lap(StepPart.Forward);
        var errors = SampleErrors.Of(input, restored, batch.HighQuality.narrow(0, start, count), _loss);
        var balanced = _balancer.Balance(errors, new ArraySegment<int>(batch.Tasks, start, count));
        var loss = balanced.Terms.sum().DividedBy(batch.Count);
        Timer.Lap(StepPart.Loss);
        loss.backward();
        HandedGradients.Release();
        recorded?.GoBack(restored);
        Timer.Lap(StepPart.Backward);
        Copy(balanced.Terms, batch.Losses, start);
        Copy(errors.Input, batch.InputErrors, start);
        Copy(errors.Restored, batch.RestoredErrors, start);
        Copy(balanced.Weights, batch.Weights, start);
        Timer.Lap(StepPart.Loss);
    }

    /// <summary>Brings the gradients to <see cref="Parameters"/>, where another network has computed them.</summary>
    public void End()
    {
        if (_workingWeights is not null)
        {
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            Parameters.Gradients!.narrow(0, 0, _workingWeights.Values.numel()).copy_(_workingWeights.Gradients!);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _recorded?.Dispose();
        Parameters.Dispose();
        _balancer.Dispose();
        _network.Dispose();
        _workingWeights?.Dispose();
        _working?.Dispose();
    }

    private Tensor Restore(Tensor input)
    {
        var network = _working ?? _network;
        using var scope = NewDisposeScope();
        var typed = _working is null ? input : input.to(ScalarType.BFloat16);
        var restored = _recomputes ? network.ForwardRecomputing(typed) : network.call(typed);
        return restored.to(input.dtype).MoveToOuterDisposeScope();
    }

    private static void Copy(Tensor values, float[] target, int start) =>
        values.detach().to(ScalarType.Float32, CPU).data<float>().CopyTo(target, start);
}
