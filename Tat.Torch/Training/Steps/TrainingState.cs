using Tat.Torch.Data;
using Tat.Torch.Inference;
using Tat.Torch.Losses;
using Tat.Torch.Model;
using Tat.Torch.Runtime;
using Tat.Torch.Tasks;
using Tat.Torch.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Tat.Torch.Training.Steps;

/// <summary>Everything that training changes, and the step that changes it.</summary>
internal sealed class TrainingState : IDisposable
{
    private readonly TatTrainerOptions _options;
    private readonly TaskVocabulary _tasks;
    private readonly Device _device;
    private readonly ScalarType _dtype;
    private readonly Muon? _muon;

    /// <summary>The first has the weights; the others share them, and help where a batch has a patch for each.</summary>
    private readonly List<GradientWorker> _workers = [];

    public TrainingState(TatNetworkOptions network, TaskVocabulary tasks, TatTrainerOptions options, ScalarType dtype = ScalarType.Float32,
        TatNetwork? initial = null)
    {
        (_options, _tasks, _device, _dtype) = (options, tasks, options.Device ?? CPU, dtype);
        AddWorker(initial ?? NewNetwork(network, options));
        AverageNetwork = TatNetwork.CreateUninitialized(network);
        AverageNetwork.to(dtype).to(_device);
        Average = new(AverageNetwork.named_parameters().Select(named => (named.name, named.parameter)), withGradients: false);
        using (NewDisposeScope())
        using (no_grad())
        {
            Average.Values.copy_(Parameters.Values.narrow(0, 0, Average.Values.numel()));
        }

        var isMuon = options.Optimizer == OptimizerKind.Muon;
        Optimizer = new(Parameters, options.Beta1, options.Beta2, options.Epsilon, options.WeightDecay, isMuon ? Muon.Takes : null);
        _muon = isMuon ? new(Parameters, Optimizer.Moment1, options.WeightDecay) : null;
    }

    /// <summary>The network with the averaged weights.</summary>
    public TatNetwork AverageNetwork { get; }

    /// <summary>Online weights of the network, then those of the balancer.</summary>
    public FlatParameters Parameters => _workers[0].Parameters;

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
        ComputeThreads.RunEach(_device, _workers.Count, i => _workers[i].Begin());
        Timer.Lap(StepPart.Optimizer);
        var result = Backpropagate(batch);
        if (!result.IsFinite)
        {
            return result;
        }

        if (_options.GradientClipping is { } limit && result.GradientNorm > limit)
        {
            LongVectors.ForEachPiece(Parameters.Gradients!,
                (_, start, length) => Parameters.Gradients!.narrow(0, start, length).Scale(limit / (result.GradientNorm + 1e-6)));
        }

        Counters = Counters with { Iteration = batch.Iteration, Steps = Counters.Steps + 1 };
        var decay = EmaSchedule.Decay(Counters.Steps, _options.EmaDecay);
        Optimizer.Step(Counters.Steps, rate, Average.Values, decay);
        _muon?.Step(rate, Average.Values, decay);
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
        Average.Dispose();
        Best?.Dispose();
        AverageNetwork.Dispose();
        foreach (var worker in Enumerable.Reverse(_workers))
        {
            worker.Dispose();
        }
    }

    /// <summary>The averaged weights in a network of their own, for the caller to keep.</summary>
    /// <remarks>
    /// Some operators sum in another order where memory is aligned otherwise. These tensors start where those of a loaded model do, and not
    /// somewhere in a long vector, so that a model restores the same bits before and after it has been saved.
    /// </remarks>
    public TatNetwork CopyAverageNetwork()
    {
        var network = TatNetwork.CreateUninitialized(AverageNetwork.Options);
        network.to(Average.Values.dtype).to(_device);
        NetworkWeights.Copy(AverageNetwork.named_parameters().ToDictionary(named => named.name, named => (Tensor)named.parameter), network,
            "the averaged weights");
        return network;
    }

    /// <summary>Accumulates the gradients of a batch, in passes of the micro-batch size.</summary>
    private StepResult Backpropagate(TrainingBatch batch)
    {
        using var scope = NewDisposeScope();
        var patches = new BatchTensors(batch, _dtype, _device);
        Timer.Lap(StepPart.Data);
        var size = _options.MicroBatchSize == 0 ? batch.Count : _options.MicroBatchSize;
        for (var start = 0; start < batch.Count; start += size)
        {
            var count = Math.Min(size, batch.Count - start);
            var done = AccumulateSideBySide(patches, start, count);
            if (done < count)
            {
                _workers[0].Accumulate(patches, start + done, count - done);
            }
        }

        Timer.LapAs([.. _workers.Select(worker => worker.Timer)]);
        var norm = SumGradients();
        return new(patches.Losses.Average(loss => (double)loss), norm, patches.InputErrors, patches.RestoredErrors, patches.Weights);
    }

    /// <summary>
    /// On a CPU, takes a patch on each core at a time, which wait for each other less than all cores do for one patch. Small patches never
    /// have several cores: where the machine is busy with something else, too, these would wait for each other far longer than they
    /// compute.
    /// </summary>
    /// <returns>How many patches are done; what is left would leave cores idle.</returns>
    private int AccumulateSideBySide(BatchTensors patches, int start, int count)
    {
        var cores = ComputeThreads.CountFor(_device);
        var apart = BatchPlan.CountApart(AverageNetwork.Options, patches.Size, count, cores);
        if (_device.type != DeviceType.CPU || apart == 0)
        {
            return 0;
        }

        var workers = Math.Min(cores, apart);
        var together = BatchPlan.CountOnCore(AverageNetwork.Options, patches.Size);
        while (_workers.Count < workers)
        {
            AddWorker(TatNetwork.CreateUninitialized(AverageNetwork.Options));
            _workers[^1].Begin();
        }

        ComputeThreads.RunEach(_device, workers, i =>
        {
            // A core's patches are neighbours, so that small ones share its operators, each of which costs as much as its arithmetic.
            var end = apart * (i + 1) / workers;
            for (var patch = apart * i / workers; patch < end; patch += together)
            {
                _workers[i].Accumulate(patches, start + patch, Math.Min(together, end - patch), onOneCore: true);
            }
        });
        return apart;
    }

    /// <summary>Adds the gradients of all workers to those of the first, always in the same order.</summary>
    /// <returns>The norm of the sum.</returns>
    private double SumGradients()
    {
        ComputeThreads.RunEach(_device, _workers.Count, i => _workers[i].End());
        var squares = new double[LongVectors.Pieces(Parameters.Gradients!)];
        LongVectors.ForEachPiece(Parameters.Gradients!, (piece, start, length) =>
        {
            var sum = Parameters.Gradients!.narrow(0, start, length);
            foreach (var worker in _workers.Skip(1))
            {
                sum.Add(worker.Parameters.Gradients!.narrow(0, start, length));
            }

            squares[piece] = Math.Pow(sum.norm().ToDouble(), 2);
        });
        return Math.Sqrt(squares.Sum());
    }

    /// <summary>Adds a worker, which shares the weights of the first, if there is one.</summary>
    private void AddWorker(TatNetwork network)
    {
        var balancer = LossBalancers.Create(_options.LossBalancing, _tasks, _options.ChosenSeed);
        network.to(_dtype).to(_device);
        balancer.MoveTo(_device, _dtype);
        _workers.Add(new(network, balancer, _options, _workers.FirstOrDefault()?.Parameters));
    }

    private static TatNetwork NewNetwork(TatNetworkOptions architecture, TatTrainerOptions options)
    {
        var network = new TatNetwork(architecture, options.ChosenSeed);
        if (options.StartAsIdentity)
        {
            network.MakeIdentity();
        }

        return network;
    }
}
