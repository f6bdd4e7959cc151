using Tat.Torch.Files;

namespace Tat.Torch.Metrics;

/// <summary>
/// Whether lesions are easier to find by one method than by another at the same places: the difference of the areas under the two ROC
/// curves, two-sided (DeLong, DeLong and Clarke-Pearson, Biometrics 1988).
/// </summary>
/// <remarks>
/// The test counts that both methods see the same noise, and so finds smaller differences than standard errors of each area do. It is
/// asymptotic: below some twenty places of each sort, p is rough. Places must not depend on each other.
/// </remarks>
public sealed record RocComparison
{
    private RocComparison()
    {
    }

    /// <summary>Area of the first method.</summary>
    public double FirstArea { get; private init; }

    /// <summary>Area of the second.</summary>
    public double SecondArea { get; private init; }

    /// <summary>Area of the first − area of the second.</summary>
    public double Difference => FirstArea - SecondArea;

    /// <summary>Of the difference; NaN with fewer than two places of a sort.</summary>
    public double StandardError { get; private init; }

    /// <summary>The difference is within these bounds with a confidence of 95 %.</summary>
    public (double Low, double High) Interval =>
        (Difference - (NormalDistribution.Width95 * StandardError), Difference + (NormalDistribution.Width95 * StandardError));

    /// <summary>
    /// Probability of a difference at least as large if there were none; 1 without a difference, and NaN where there is one whose standard
    /// error is unknown or zero.
    /// </summary>
    public double PValue => NormalDistribution.PValueOf(Difference, StandardError);

    /// <summary>Compares two methods.</summary>
    /// <param name="first">What an observer gives places without and with a lesion by the first method.</param>
    /// <param name="second">The same for the second: of the same places in the same order.</param>
    /// <exception cref="ArgumentException">There are no scores of one sort, or their numbers differ.</exception>
    public static RocComparison Of(
        (IReadOnlyList<double> Absent, IReadOnlyList<double> Present) first,
        (IReadOnlyList<double> Absent, IReadOnlyList<double> Present) second)
    {
        var (one, other) = (Components.Of(first.Absent, first.Present), Components.Of(second.Absent, second.Present));
        if (one.Present.Length != other.Present.Length || one.Absent.Length != other.Absent.Length)
        {
            throw new ArgumentException(
                $"{MessageText.Amount(one.Absent.Length, "place")} without and {one.Present.Length} with a lesion cannot be paired with "
                + $"{other.Absent.Length} and {other.Present.Length}; give both methods' scores of the same places.", nameof(second));
        }

        return new()
        {
            FirstArea = one.Present.Average(),
            SecondArea = other.Present.Average(),
            StandardError = Math.Sqrt(VarianceOfMean(one.Present, other.Present) + VarianceOfMean(one.Absent, other.Absent)),
        };
    }

    /// <summary>The mean over several kinds of lesions whose places do not depend on each other.</summary>
    /// <param name="kinds">The same two methods for each kind, at least one.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static RocComparison MeanOf(IReadOnlyCollection<RocComparison> kinds)
    {
        ArgumentNullException.ThrowIfNull(kinds);
        if (kinds.Count == 0)
        {
            throw new ArgumentException("There is nothing to average; give the comparison of one kind at least.", nameof(kinds));
        }

        return new()
        {
            FirstArea = kinds.Average(kind => kind.FirstArea),
            SecondArea = kinds.Average(kind => kind.SecondArea),
            StandardError = Math.Sqrt(kinds.Sum(kind => kind.StandardError * kind.StandardError)) / kinds.Count,
        };
    }

    /// <summary>The variance of the mean of differences.</summary>
    private static double VarianceOfMean(double[] first, double[] second)
    {
        double[] differences = [.. first.Zip(second, (a, b) => a - b)];
        var mean = differences.Average();
        return differences.Sum(difference => (difference - mean) * (difference - mean))
            / (differences.Length - 1.0) / differences.Length;
    }

    /// <summary>How each place does against all of the other sort: the share of them that it is told from, ties as one half.</summary>
    private readonly record struct Components(double[] Absent, double[] Present)
    {
        public static Components Of(IReadOnlyList<double> absent, IReadOnlyList<double> present)
        {
            ArgumentNullException.ThrowIfNull(absent);
            ArgumentNullException.ThrowIfNull(present);
            DetectionScore.Check(absent.Count, present.Count);
            return new(
                [.. absent.Select(other => present.Average(seen => DetectionScore.IsTold(other, seen)))],
                [.. present.Select(seen => absent.Average(other => DetectionScore.IsTold(other, seen)))]);
        }
    }
}
