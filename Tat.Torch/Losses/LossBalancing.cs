using Tat.Torch.Tasks;

namespace Tat.Torch.Losses;

/// <summary>How the losses of several tasks are combined.</summary>
public enum LossBalancing
{
    /// <summary>A small network weighs each sample by its errors, as in the paper.</summary>
    TaskAdaptive,

    /// <summary>The plain mean of the samples' absolute errors.</summary>
    Uniform,

    /// <summary>One learnt variance per task (Kendall, Gal and Cipolla, CVPR 2018).</summary>
    Uncertainty,
}

/// <summary>Makes balancers by name.</summary>
internal static class LossBalancers
{
    public static ILossBalancer Create(LossBalancing kind, TaskVocabulary tasks, ulong seed) => kind switch
    {
        LossBalancing.TaskAdaptive => new TaskAdaptiveLossBalancer(seed),
        LossBalancing.Uniform => new UniformLossBalancer(),
        LossBalancing.Uncertainty => new UncertaintyLossBalancer(tasks.Count),
        _ => throw new ArgumentOutOfRangeException(
            nameof(kind), kind, $"{kind} is not a kind of loss balancing; use {string.Join(", ", Enum.GetNames<LossBalancing>())}."),
    };
}
