using Tat.Torch.Training;

namespace Tat.Torch.Data;

/// <summary>How many patches of which size each iteration takes from each task: a pure function of the iteration.</summary>
internal sealed class SamplingPlan
{
    private readonly PatchStage[] _stages;
    private readonly double[] _weights;

    /// <param name="stages">The stages by first iteration; the first begins at iteration 1.</param>
    /// <param name="weights">The weight of each task; their mean is 1.</param>
    public SamplingPlan(IEnumerable<PatchStage> stages, IEnumerable<double> weights)
    {
        _stages = [.. stages];
        _weights = [.. weights];
    }

    /// <summary>The stage of an iteration.</summary>
    public PatchStage StageOf(long iteration) => _stages.Last(stage => stage.FromIteration <= iteration);

    /// <summary>How many patches of a task all iterations before this one take.</summary>
    public long TakenBefore(int task, long iteration)
    {
        var demand = 0.0; // patches of a task of weight 1
        for (var i = 0; i < _stages.Length && _stages[i].FromIteration < iteration; i++)
        {
            var end = i + 1 < _stages.Length ? Math.Min(_stages[i + 1].FromIteration, iteration) : iteration;
            demand += (double)_stages[i].BatchSizePerTask * (end - _stages[i].FromIteration);
        }

        return (long)Math.Floor(_weights[task] * demand);
    }
}
