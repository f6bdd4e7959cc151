namespace Tat.Torch.Randomness;

/// <summary>A stream of pseudo-random numbers (SplitMix64; Steele, Lea and Flood, OOPSLA 2014), the same on every machine.</summary>
/// <remarks>
/// A stream is named by a seed and a path of numbers (purpose, task, iteration, …). Whatever is random in training is drawn from the stream
/// of its own name, so it depends on the seed and the iteration alone, never on what was drawn before or on another thread.
/// </remarks>
internal struct RandomStream
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private ulong _state;

    /// <summary>Opens the stream of a name.</summary>
    public RandomStream(ulong seed, params ReadOnlySpan<long> path)
    {
        _state = Mix(seed + Golden);
        foreach (var part in path)
        {
            _state = Mix(_state ^ Mix((ulong)part + Golden));
        }
    }

    /// <summary>The next 64 random bits.</summary>
    public ulong NextBits() => Mix(_state += Golden);

    /// <summary>A number of [0, 1), in steps of 2⁻⁵³.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>An integer of 0 … <paramref name="count"/> − 1, without bias (Lemire, ACM TOMACS 2019).</summary>
    public int Next(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var range = (ulong)count;
        var high = Math.BigMul(NextBits(), range, out ulong low);
        if (low < range)
        {
            for (var threshold = (0 - range) % range; low < threshold;)
            {
                high = Math.BigMul(NextBits(), range, out low);
            }
        }

        return (int)high;
    }

    /// <summary>Puts items into a random order (Fisher–Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = Next(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>The finaliser of SplitMix64.</summary>
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
