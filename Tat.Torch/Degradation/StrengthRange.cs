using System.Runtime.CompilerServices;
using Tat.Torch.Files;
using Tat.Torch.Randomness;

namespace Tat.Torch.Degradation;

/// <summary>An interval of positive numbers from which a strength is drawn.</summary>
public sealed record StrengthRange
{
    /// <summary>Creates the interval.</summary>
    /// <param name="minimum">Its lower end, above 0.</param>
    /// <param name="maximum">Its upper end, at least <paramref name="minimum"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The ends are not positive numbers in this order.</exception>
    public StrengthRange(double minimum, double maximum)
    {
        if (!(minimum > 0) || !(maximum >= minimum) || !double.IsFinite(maximum))
        {
            throw new ArgumentOutOfRangeException(nameof(maximum), FormattableString.Invariant(
                $"[{minimum}, {maximum}] is not a range of strengths: give two positive numbers, the lower one first."));
        }

        (Minimum, Maximum) = (minimum, maximum);
    }

    /// <summary>The lower end.</summary>
    public double Minimum { get; }

    /// <summary>The upper end.</summary>
    public double Maximum { get; }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"[{Minimum}, {Maximum}]");

    /// <summary>Draws a number; each factor is as likely as any other of the same ratio.</summary>
    internal double Draw(ref RandomStream random) =>
        Math.Clamp(Minimum * Math.Pow(Maximum / Minimum, random.NextDouble()), Minimum, Maximum);

    /// <summary>Refuses a range that leaves given limits.</summary>
    internal StrengthRange Within(double minimum, double maximum, [CallerMemberName] string option = "") => OptionCheck.Checked(
        this, Minimum >= minimum && Maximum <= maximum, "degradation",
        FormattableString.Invariant($"keep it within [{minimum}, {maximum}]"), option);
}
