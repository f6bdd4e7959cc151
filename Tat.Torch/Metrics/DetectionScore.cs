namespace Tat.Torch.Metrics;

/// <summary>How well an observer who gives each place a score tells places with a lesion from places without.</summary>
/// <param name="Area">The area under the ROC curve: how often a place with a lesion has the higher score; 0.5 is guessing.</param>
/// <param name="StandardError">Of the area (Hanley and McNeil, Radiology 1982).</param>
/// <param name="Detectability">The difference of the mean scores in standard deviations (d′).</param>
public readonly record struct DetectionScore(double Area, double StandardError, double Detectability)
{
    /// <summary>Compares scores.</summary>
    /// <param name="absent">Of places without a lesion, at least one.</param>
    /// <param name="present">Of places with one, at least one.</param>
    /// <exception cref="ArgumentException">There are no scores of one kind.</exception>
    public static DetectionScore Of(IReadOnlyCollection<double> absent, IReadOnlyCollection<double> present)
    {
        ArgumentNullException.ThrowIfNull(absent);
        ArgumentNullException.ThrowIfNull(present);
        Check(absent.Count, present.Count);
        var area = present.Average(seen => absent.Average(other => IsTold(other, seen)));
        var (seenTwice, missedTwice) = (area / (2 - area), 2 * area * area / (1 + area));
        var variance = ((area * (1 - area)) + ((present.Count - 1) * (seenTwice - (area * area)))
            + ((absent.Count - 1) * (missedTwice - (area * area)))) / (absent.Count * (double)present.Count);
        var (without, with) = (ValueSummary.OfFinite(absent), ValueSummary.OfFinite(present));
        var deviation = Math.Sqrt(
            (Math.Pow(without.StandardDeviation, 2) + Math.Pow(with.StandardDeviation, 2)) / 2);
        return new(area, Math.Sqrt(Math.Max(0, variance)), (with.Mean - without.Mean) / deviation);
    }

    /// <summary>
    /// The score that no more than a share of the places without a lesion exceeds: the observer who calls what is above it a lesion has no
    /// more false alarms, and as many of them with each method, however it scales scores.
    /// </summary>
    /// <param name="absent">Scores of places without a lesion, at least one.</param>
    /// <param name="falseAlarms">The share, from 0 up to but not including 1. With fewer places than make one false alarm there is
    /// none.</param>
    /// <exception cref="ArgumentException">There are no scores.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The share is not in its range.</exception>
    public static double ThresholdOf(IReadOnlyCollection<double> absent, double falseAlarms)
    {
        ArgumentNullException.ThrowIfNull(absent);
        Check(absent.Count, 1);
        if (falseAlarms is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(falseAlarms), falseAlarms, "The share of false alarms must be from 0 up to but not including 1.");
        }

        // 0.1 of 30 are three, which their product in floating point may miss by a little.
        var most = (int)Math.Floor((falseAlarms * absent.Count) + 1e-9);
        double[] scores = [.. absent];
        Array.Sort(scores);
        return scores[^(Math.Min(most, absent.Count - 1) + 1)];
    }

    /// <summary>Whether a place with a lesion scores higher than one without; one half where it scores the same.</summary>
    internal static double IsTold(double absent, double present) => present > absent ? 1 : present == absent ? 0.5 : 0;

    /// <summary>Refuses to compare nothing.</summary>
    internal static void Check(int absent, int present)
    {
        if (absent == 0 || present == 0)
        {
            throw new ArgumentException("There are no scores to compare; give one with and one without a lesion at least.");
        }
    }
}
