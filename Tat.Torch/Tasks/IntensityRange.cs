namespace Tat.Torch.Tasks;

/// <summary>An interval of intensities in a task's unit.</summary>
public sealed record IntensityRange
{
    /// <summary>Creates the interval.</summary>
    /// <param name="minimum">Its lower end.</param>
    /// <param name="maximum">Its upper end, above <paramref name="minimum"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">An end is not finite, or the interval is empty.</exception>
    public IntensityRange(float minimum, float maximum)
    {
        if (!float.IsFinite(minimum) || !float.IsFinite(maximum) || minimum >= maximum)
        {
            throw new ArgumentOutOfRangeException(nameof(maximum), $"[{minimum}, {maximum}] is not an intensity range: both ends must be finite and the second above the first.");
        }

        Minimum = minimum;
        Maximum = maximum;
    }

    /// <summary>The lower end.</summary>
    public float Minimum { get; }

    /// <summary>The upper end.</summary>
    public float Maximum { get; }

    /// <summary>Maximum − minimum.</summary>
    public float Width => Maximum - Minimum;

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"[{Minimum}, {Maximum}]");
}
