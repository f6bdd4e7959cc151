using Tat.Torch.Checkpoints;
using Tat.Torch.Data;
using Tat.Torch.Losses;
using Tat.Torch.Model;
using Tat.Torch.Runtime;
using Tat.Torch.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Tat.Torch.Training;

/// <summary>Everything that training changes, and the step that changes it.</summary>
internal sealed class TrainingState : IDisposable
{
    private readonly TatTrainerOptions _options;
    private readonly TatNetwork _network;
    private readonly ILossBalancer _balancer;
    private readonly Device _device;

    /// <summary>The network that computes, where that is not the one with the weights in full precision.</summary>
    private readonly TatNetwork? _working;
    private readonly FlatParameters? _workingWeights;

    public TrainingState(TatNetworkOptions network, TaskVocabulary tasks, TatTrainerOptions options, ScalarType dtype = ScalarType.Float32)
    {
        _options = options;
        _device = options.Device ?? CPU;
        _network = options.InitialWeights is null ? NewNetwork(network, options) : LoadWeights(network, options.InitialWeights);
        AverageNetwork = TatNetwork.CreateUninitialized(network);
        _balancer = LossBalancers.Create(options.LossBalancing, tasks, options.Seed);
        _network.to(dtype).to(_device);
        AverageNetwork.to(dtype).to(_device);
        _balancer.MoveTo(_device, dtype);

        Parameters = new(
            _network.named_parameters().Select(named => ($"network.{named.name}", named.parameter))
                .Concat(_balancer.NamedParameters.Select(named => ($"balancer.{named.Name}", named.Parameter))),
            withGradients: true);
        if (options.BFloat16)
        {
            _working = TatNetwork.CreateUninitialized(network);
            _working.to(ScalarType.BFloat16).to(_device);
            _workingWeights = new(_working.named_parameters().Select(named => (named.name, named.parameter)), withGradients: true);
        }

        Average = new(AverageNetwork.named_parameters().Select(named => (named.name, named.parameter)), withGradients: false);
        using (NewDisposeScope())
        using (no_grad())
        {
            Average.Values.copy_(Parameters.Values.narrow(0, 0, Average.Values.numel()));
        }

        Optimizer = new(Parameters, options.Beta1, options.Beta2, options.Epsilon, options.WeightDecay);
    }

    /// <summary>The network with the averaged weights.</summary>
    public TatNetwork AverageNetwork { get; }

    /// <summary>Online weights of the network, then those of the balancer.</summary>
    public FlatParameters Parameters { get; }

    /// <summary>The averaged weights of the network.</summary>
    public FlatParameters Average { get; }

    /// <summary>The averaged weights of the best validation, once there was one.</summary>
    public Tensor? Best { get; private set; }

    public AdamW Optimizer { get; }

    /// <summary>The numbers beside the weights.</summary>
    public TrainingCounters Counters { get; set; } = new();

    /// <summary>Where the time of the steps goes.</summary>
    public StepTimer Timer { get; } = new();

    /// <summary>One optimiser step on a batch. If the loss or a gradient is not a number, nothing changes.</summary>
    /// <param name="batch">The patches.</param>
    /// <param name="rate">The learning rate.</param>
    public StepResult Step(TrainingBatch batch, double rate)
    {
        using var scope = NewDisposeScope();
        Parameters.ZeroGradients();
        CopyToWorking();
        Timer.Lap(StepPart.Optimizer);
        var result = Backpropagate(batch);
        if (!result.IsFinite)
        {
            return result;
        }

        if (_options.GradientClipping is { } limit && result.GradientNorm > limit)
        {
            using var noGrad = no_grad();
            Parameters.Gradients!.Scale(limit / (result.GradientNorm + 1e-6));
        }

        Counters = Counters with { Iteration = batch.Iteration, Steps = Counters.Steps + 1 };
        Optimizer.Step(Counters.Steps, rate, Average.Values, EmaSchedule.Decay(Counters.Steps, _options.EmaDecay));
        Timer.Lap(StepPart.Optimizer);
        return result;
    }

    /// <summary>Keeps averaged weights as the best.</summary>
    /// <param name="average">The weights, or <see langword="null"/> to have no best.</param>
    public void KeepAsBest(Tensor? average)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        if (average is null)
        {
            Best?.Dispose();
            Best = null;
            return;
        }

        Best ??= empty_like(Average.Values).DetachFromDisposeScope();
        Best.copy_(average);
    }

    /// <summary>Puts the best weights, if there are any, into the averaged network.</summary>
    public void RestoreBest()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        if (Best is not null)
        {
            Average.Values.copy_(Best);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Optimizer.Dispose();
        Parameters.Dispose();
        Average.Dispose();
        Best?.Dispose();
        _balancer.Dispose();
        _network.Dispose();
        _workingWeights?.Dispose();
        _working?.Dispose();
        AverageNetwork.Dispose();
    }

    /// <summary>The averaged weights in a network of their own, for the caller to keep.</summary>
    /// <remarks>
    /// Some kernels sum in another order where memory is aligned otherwise. These tensors start where those of a loaded model do, and not somewhere in a long vector,
    /// so that a model restores the same bits before and after it has been saved.
    /// </remarks>
    public TatNetwork CopyAverageNetwork()
    {
        var network = TatNetwork.CreateUninitialized(AverageNetwork.Options);
        network.to(Average.Values.dtype).to(_device);
        NetworkWeights.Copy(AverageNetwork.named_parameters().ToDictionary(named => named.name, named => (Tensor)named.parameter), network, "the averaged weights");
        return network;
    }

    /// <summary>Accumulates the gradients of a batch, in passes of the micro-batch size.</summary>
    private StepResult Backpropagate(TrainingBatch batch)
    {
        using var scope = NewDisposeScope();
        long[] shape = [batch.Count, 1, batch.PatchSize, batch.PatchSize];
        var dtype = Parameters.Values.dtype;
        var input = tensor(batch.LowQuality, shape).to(dtype, _device);
        var label = tensor(batch.HighQuality, shape).to(dtype, _device);
        var (inputErrors, restoredErrors, weights) = (new float[batch.Count], new float[batch.Count], new float[batch.Count]);
        var size = _options.MicroBatchSize == 0 ? batch.Count : _options.MicroBatchSize;
        var total = 0.0;
        Timer.Lap(StepPart.Data);
        for (var start = 0; start < batch.Count; start += size)
        {
            using var pass = NewDisposeScope();
            var count = Math.Min(size, batch.Count - start);
            var part = input.narrow(0, start, count);
            var restored = Restore(part);
            Timer.Lap(StepPart.Forward);
            var errors = SampleErrors.Of(part, restored, label.narrow(0, start, count));
            var balanced = _balancer.Balance(errors, new ArraySegment<int>(batch.Tasks, start, count));
            var loss = balanced.Terms.sum().DividedBy(batch.Count);
            Timer.Lap(StepPart.Loss);
            loss.backward();
            Timer.Lap(StepPart.Backward);
            total += loss.ToDouble();
            Copy(errors.Input, inputErrors, start);
            Copy(errors.Restored, restoredErrors, start);
            Copy(balanced.Weights, weights, start);
            Timer.Lap(StepPart.Loss);
        }

        CopyFromWorking();
        var norm = Parameters.Gradients!.norm().ToDouble();
        return new(total, norm, inputErrors, restoredErrors, weights);
    }

    private Tensor Restore(Tensor input)
    {
        var network = _working ?? _network;
        using var scope = NewDisposeScope();
        var typed = _working is null ? input : input.to(ScalarType.BFloat16);
        var restored = _options.ActivationCheckpointing ? network.ForwardRecomputing(typed) : network.call(typed);
        return restored.to(input.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>Rounds the weights for the working network.</summary>
    private void CopyToWorking()
    {
        if (_workingWeights is not null)
        {
            using var noGrad = no_grad();
            _workingWeights.ZeroGradients();
            _workingWeights.Values.copy_(Parameters.Values.narrow(0, 0, _workingWeights.Values.numel()));
        }
    }

    /// <summary>Takes the gradients of the working network.</summary>
    private void CopyFromWorking()
    {
        if (_workingWeights is not null)
        {
            using var noGrad = no_grad();
            Parameters.Gradients!.narrow(0, 0, _workingWeights.Values.numel()).copy_(_workingWeights.Gradients!);
        }
    }

    private static TatNetwork NewNetwork(TatNetworkOptions architecture, TatTrainerOptions options)
    {
        var network = new TatNetwork(architecture, options.Seed);
        if (options.StartAsIdentity)
        {
            network.MakeIdentity();
        }

        return network;
    }

    private static TatNetwork LoadWeights(TatNetworkOptions network, string path)
    {
        var model = WeightsFile.Import(path, new() { Network = network });
        if (model.Network.Options with { TrainSize = network.TrainSize } == network)
        {
            return model.Network;
        }

        model.Dispose();
        throw new InvalidDataException($"The initial weights '{path}' are those of another architecture: make the network options the same ({OptionsText.Show(OptionsText.Describe(model.Network.Options))}).");
    }

    private static void Copy(Tensor values, float[] target, int start) =>
        values.detach().to(ScalarType.Float32, CPU).data<float>().CopyTo(target, start);
}
