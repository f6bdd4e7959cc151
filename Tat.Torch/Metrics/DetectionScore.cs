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
        if (absent.Count == 0 || present.Count == 0)
        {
            throw new ArgumentException("There are no scores to compare; give one with and one without a lesion at least.");
        }

        var area = present.Average(seen => absent.Average(other => seen > other ? 1 : seen == other ? 0.5 : 0));
        var (seenTwice, missedTwice) = (area / (2 - area), 2 * area * area / (1 + area));
        var variance = ((area * (1 - area)) + ((present.Count - 1) * (seenTwice - (area * area)))
            + ((absent.Count - 1) * (missedTwice - (area * area)))) / (absent.Count * (double)present.Count);
        var (without, with) = (ValueSummary.OfFinite(absent), ValueSummary.OfFinite(present));
        var deviation = Math.Sqrt(
            (Math.Pow(without.StandardDeviation, 2) + Math.Pow(with.StandardDeviation, 2)) / 2);
        return new(area, Math.Sqrt(Math.Max(0, variance)), (with.Mean - without.Mean) / deviation);
    }
}
