using System.Globalization;

namespace Tat.Samples.Bench.Programs;

/// <summary>Figures of benchmarks, as tables and commands have them.</summary>
internal static class Figure
{
    /// <summary>A number in invariant culture.</summary>
    public static string Text(IFormattable value, string? format = null) => value.ToString(format, CultureInfo.InvariantCulture);

    /// <summary>The middle one of some values, of an even number of them the higher one of both.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] ordered = [.. values.Order()];
        return ordered[ordered.Length / 2];
    }
}
