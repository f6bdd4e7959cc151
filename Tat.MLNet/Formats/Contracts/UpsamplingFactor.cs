using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Tat.MLNet.Formats;

/// <summary>
/// By how much the grid of slices is to be refined: the same field of view is divided into more pixels, by padding k-space with zeros.
/// </summary>
/// <remarks>Immutable. Tasks that restore resolution, such as MRI, then fill in what the grid has room for.</remarks>
public sealed record UpsamplingFactor
{
    /// <summary>Creates a factor for both axes.</summary>
    /// <param name="factor">At least 1, which changes nothing; sides are rounded to whole pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1 or not finite.</exception>
    public UpsamplingFactor(double factor)
        : this(factor, factor)
    {
    }

    /// <summary>Creates a factor for each axis.</summary>
    /// <param name="rows">How many times as many rows, at least 1.</param>
    /// <param name="columns">How many times as many columns, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">One is below 1 or not finite.</exception>
    public UpsamplingFactor(double rows, double columns) => (Rows, Columns) = (Check(rows, nameof(rows)), Check(columns, nameof(columns)));

    /// <summary>How many times as many rows.</summary>
    public double Rows { get; }

    /// <summary>How many times as many columns.</summary>
    public double Columns { get; }

    /// <summary>
    /// Reads a factor as people write it: one number for both axes, such as <c>2</c>, or ROWSxCOLUMNS, such as <c>1x2</c>.
    /// </summary>
    /// <param name="text">The text; numbers have a decimal point.</param>
    /// <param name="factor">The factor; <see langword="null"/> where the text is none, or below 1.</param>
    /// <returns>Whether the text is a factor.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out UpsamplingFactor? factor)
    {
        double[] numbers = [.. (text ?? "").Split('x')
            .Select(part => double.TryParse(part, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                && double.IsFinite(number) ? number : 0)];
        factor = numbers is [>= 1] or [>= 1, >= 1] ? new(numbers[0], numbers[^1]) : null;
        return factor is not null;
    }

    /// <summary>The factor as text, ROWSxCOLUMNS.</summary>
    public override string ToString() => FormattableString.Invariant($"{Rows}x{Columns}");

    private static double Check(double factor, string name) => factor >= 1 && double.IsFinite(factor)
        ? factor
        : throw new ArgumentOutOfRangeException(name, $"A grid cannot be refined by a factor of {factor}; give a number of at least 1.");
}
