using Tat.Torch.Tasks;

namespace Tat.Torch.Training;

/// <content>Refinements beyond the paper; all of them are off by default.</content>
public sealed partial record TatTrainerOptions
{
    /// <summary>
    /// Iterations over which the learning rate rises linearly, before the cosine begins; 0 or more, fewer than <see cref="Iterations"/>.
    /// </summary>
    /// <value>The default is 0.</value>
    public long WarmUpIterations { get; init; }

    /// <summary>
    /// Iterations of the first cosine, after which the rate starts again from its maximum (Loshchilov and Hutter, ICLR 2017); 0 for one
    /// cosine over all iterations.
    /// </summary>
    /// <value>The default is 0.</value>
    public long RestartPeriod { get; init; }

    /// <summary>How many times longer each cosine is than the one before, at least 1.</summary>
    /// <value>The default is 1.</value>
    public double RestartPeriodFactor { get; init; } = 1;

    /// <summary>
    /// Whether a new network starts by returning its input: the weights of its last convolution are zero. Otherwise a short training spends
    /// its first hundred iterations on unlearning what random weights add to the image. Without effect on <see cref="InitialWeights"/>.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool StartAsIdentity { get; init; }

    /// <summary>The method that turns gradients into steps.</summary>
    /// <value>The default is <see cref="OptimizerKind.AdamW"/>.</value>
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.AdamW;

    /// <summary>The largest norm of all gradients together; longer ones are scaled down to it. Above 0.</summary>
    /// <value>The default, <see langword="null"/>, clips nothing.</value>
    public double? GradientClipping { get; init; }

    /// <summary>
    /// Patches that go through the network at a time; the gradients of a larger batch are accumulated over several passes, which saves
    /// memory and changes results by rounding only. 0 for the whole batch at once.
    /// </summary>
    /// <remarks>
    /// On a CPU, as long as there is a patch for each core, each core takes its patches one at a time, which is faster than all cores on
    /// each patch and needs the memory of as many patches as there are cores; what is left over goes through together on all cores. Small
    /// patches (pixels × width up to 2¹⁸: 128 × 128 in the small network) never share cores, and smaller ones share a core's passes up to
    /// that size: four of 64 × 64. 1 has one patch at a time: least memory.
    /// </remarks>
    /// <value>The default is 0.</value>
    public int MicroBatchSize { get; init; }

    /// <summary>
    /// Whether the blocks of the network are run again in the backward pass, in place of keeping what their gradients need: far less memory
    /// per patch, about a third more time, and the same gradients but for the order in which some are summed (Chen et al., arXiv
    /// 1604.06174).
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool ActivationCheckpointing { get; init; }

    /// <summary>
    /// Whether the network runs in bfloat16, for GPUs and CPUs that are faster at it; weights, loss, optimiser and average stay in single
    /// precision. Numbers then have 8 significant bits: gradients differ by about a percent from those of single precision. Validation runs
    /// in single precision. Not worth it on a CPU without AMX.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool BFloat16 { get; init; }

    /// <summary>Whether patches are mirrored and turned by quarter turns at random.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool FlipsAndQuarterTurns { get; init; }

    /// <summary>
    /// Later stages of training with other patch sizes, by first iteration; the stage before them is that of <see cref="PatchSize"/> and
    /// <see cref="BatchSizePerTask"/>.
    /// </summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<PatchStage> LaterStages { get; init; } = [];

    /// <summary>
    /// How often a task is drawn in relation to the others, above 0; tasks that are not named count 1. The weights are scaled to a mean of
    /// 1.
    /// </summary>
    /// <value>The default is none: all tasks are drawn equally often.</value>
    public IReadOnlyDictionary<string, double> TaskWeights { get; init; } = new Dictionary<string, double>();

    /// <summary>After how many validations without a better mean gain training stops early; 0 for never.</summary>
    /// <value>The default is 0.</value>
    public int Patience { get; init; }

    /// <summary>
    /// Whether a training image that cannot be read is replaced by the next one of its task, and a validation image left out, instead of
    /// ending the training. Each is told once.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool SkipUnreadableImages { get; init; }

    /// <summary>The stages of training, the first of them that of the options themselves.</summary>
    internal IEnumerable<PatchStage> Stages => [new PatchStage(1, PatchSize, BatchSizePerTask), .. LaterStages];

    /// <summary>The weight of each task of a vocabulary, with a mean of 1.</summary>
    internal double[] WeightsOf(TaskVocabulary tasks)
    {
        foreach (var name in TaskWeights.Keys)
        {
            Require(tasks.IndexOf(name) >= 0, nameof(TaskWeights), name, $"use a task that is trained: {string.Join(", ", tasks)}");
        }

        double[] weights = [.. tasks.Select(task => TaskWeights.Where(weight => tasks.IndexOf(weight.Key) == tasks.IndexOf(task.Name))
            .Select(weight => weight.Value).FirstOrDefault(1.0))];
        var mean = weights.Average();
        return [.. weights.Select(weight => weight / mean)];
    }

    partial void ValidateRefinements()
    {
        Require(WarmUpIterations >= 0 && WarmUpIterations < Iterations, nameof(WarmUpIterations), WarmUpIterations,
            $"use 0 to {Iterations - 1}");
        Require(RestartPeriod >= 0, nameof(RestartPeriod), RestartPeriod, "use 0 or more");
        Require(double.IsFinite(RestartPeriodFactor) && RestartPeriodFactor >= 1, nameof(RestartPeriodFactor), RestartPeriodFactor,
            "use 1 or more");
        Require(Enum.IsDefined(Optimizer), nameof(Optimizer), Optimizer, $"use {string.Join(" or ", Enum.GetNames<OptimizerKind>())}");
        Require(GradientClipping is null || (double.IsFinite(GradientClipping.Value) && GradientClipping > 0), nameof(GradientClipping),
            GradientClipping, "use a number above 0, or null");
        Require(MicroBatchSize >= 0, nameof(MicroBatchSize), MicroBatchSize, "use 0 or more");
        Require(Patience >= 0, nameof(Patience), Patience, "use 0 or more");
        Require(TaskWeights is not null && TaskWeights.Values.All(weight => double.IsFinite(weight) && weight > 0), nameof(TaskWeights),
            "out of range", "use weights above 0");
        Require(LaterStages is not null
            && LaterStages.All(stage => IsPatchSize(stage.PatchSize) && stage.BatchSizePerTask is >= 1 and <= 4096), nameof(LaterStages),
            "out of range", "use patch sizes that are multiples of 8 and batches of at least 1");
        Require(LaterStages!.Select(stage => stage.FromIteration).Prepend(1).Zip(LaterStages!.Select(stage => stage.FromIteration))
            .All(pair => pair.First < pair.Second), nameof(LaterStages), "out of order",
            "let each stage begin after the one before, the first at iteration 2 or later");
    }
}
