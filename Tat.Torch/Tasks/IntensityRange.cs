namespace Tat.Torch.Tasks;

/// <summary>An interval of intensities in a task's unit.</summary>
public sealed record IntensityRange
{
    /// <summary>Creates the interval.</summary>
    /// <param name="minimum">Its lower end.</param>
    /// <param name="maximum">Its upper end, above <paramref name="minimum"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">An end or the distance of both is not finite, or the interval is empty.</exception>
    public IntensityRange(float minimum, float maximum)
    {
        if (!float.IsFinite(minimum) || !float.IsFinite(maximum) || minimum >= maximum || !float.IsFinite(maximum - minimum))
        {
            throw new ArgumentOutOfRangeException(
                nameof(maximum), $"[{minimum}, {maximum}] is not an intensity range: both ends and their distance must be finite, and the "
                    + "second above the first.");
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

    /// <summary>Clips intensities to the range and maps it linearly to [0, 1].</summary>
    /// <param name="intensities">Values in the range's unit.</param>
    /// <param name="normalized">Receives as many values; may be the same memory.</param>
    public void Normalize(ReadOnlySpan<float> intensities, Span<float> normalized)
    {
        for (var i = 0; i < intensities.Length; i++)
        {
            normalized[i] = Math.Clamp((intensities[i] - Minimum) / Width, 0f, 1f);
        }
    }

    /// <summary>Maps [0, 1] back to the range, clipping what lies outside.</summary>
    /// <param name="normalized">Values of the network.</param>
    /// <param name="intensities">Receives as many values in the range's unit; may be the same memory.</param>
    public void Denormalize(ReadOnlySpan<float> normalized, Span<float> intensities)
    {
        for (var i = 0; i < normalized.Length; i++)
        {
            intensities[i] = Math.Clamp((normalized[i] * Width) + Minimum, Minimum, Maximum);
        }
    }

    /// <summary>
    /// How many values lie beyond the range: what a restoration of them clips, and adds to the result again. NaN is none.
    /// </summary>
    /// <param name="intensities">Values in the range's unit.</param>
    public int CountBeyond(ReadOnlySpan<float> intensities)
    {
        var count = 0;
        foreach (var value in intensities)
        {
            count += value < Minimum || value > Maximum ? 1 : 0;
        }

        return count;
    }

    /// <summary>Adds to a restored image what normalising its input cut off: x − clip(x).</summary>
    internal void AddBeyond(ReadOnlySpan<float> intensities, Span<float> restored)
    {
        for (var i = 0; i < intensities.Length; i++)
        {
            restored[i] += intensities[i] - Math.Clamp(intensities[i], Minimum, Maximum);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"[{Minimum}, {Maximum}]");
}
