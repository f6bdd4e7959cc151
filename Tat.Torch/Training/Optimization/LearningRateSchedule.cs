namespace Tat.Torch.Training.Optimization;

/// <summary>
/// The learning rate as a pure function of the progress: linear warm-up, then cosine annealing, once or with restarts (Loshchilov and
/// Hutter, ICLR 2017).
/// </summary>
internal sealed record LearningRateSchedule
{
    /// <summary>The rate after the warm-up.</summary>
    public required double Maximum { get; init; }

    /// <summary>The rate at the end of a cosine.</summary>
    public required double Minimum { get; init; }

    /// <summary>Iterations of the whole training.</summary>
    public required long Iterations { get; init; }

    /// <summary>Iterations over which the rate rises linearly to the maximum.</summary>
    public long WarmUp { get; init; }

    /// <summary>Iterations of the first cosine; 0 for a single one over all iterations.</summary>
    public long RestartPeriod { get; init; }

    /// <summary>By how much each cosine is longer than the one before.</summary>
    public double RestartFactor { get; init; } = 1;

    /// <summary>The schedule that options describe.</summary>
    public static LearningRateSchedule Of(TatTrainerOptions options) => new()
    {
        Maximum = options.LearningRate,
        Minimum = options.MinimumLearningRate,
        Iterations = options.Iterations,
        WarmUp = options.WarmUpIterations,
        RestartPeriod = options.RestartPeriod,
        RestartFactor = options.RestartPeriodFactor,
    };

    /// <summary>The rate of an iteration.</summary>
    /// <param name="iteration">1 … <see cref="Iterations"/>.</param>
    public double At(long iteration) => At((double)(iteration - 1));

    /// <summary>
    /// The rate after a number of finished iterations, which need not be whole: training under a time limit advances by time.
    /// </summary>
    public double At(double finished)
    {
        if (finished < WarmUp)
        {
            return Maximum * (finished + 1) / (WarmUp + 1);
        }

        finished -= WarmUp;
        if (RestartPeriod == 0)
        {
            return Cosine(finished / Math.Max(1, Iterations - WarmUp));
        }

        double period = RestartPeriod;
        while (finished >= period)
        {
            finished -= period;
            period *= RestartFactor;
        }

        return Cosine(finished / period);
    }

    private double Cosine(double share) => Minimum + ((Maximum - Minimum) * 0.5 * (1 + Math.Cos(Math.PI * Math.Min(share, 1))));
}
