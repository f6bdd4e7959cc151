using System.Runtime.CompilerServices;

namespace Tat.Torch.Simd;

/// <summary>The GELU, x · Φ(x), the gate gelu(first) · second, and their gradients.</summary>
internal static unsafe class Gelu
{
    /// <summary>The GELU of each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Of<T>(T x)
        where T : struct, ILanes<T>
    {
        var half = x * T.Broadcast(0.5f);
        return T.MultiplyAdd(half, Erf(x), half);
    }

    /// <summary>target = gelu(values); count is a multiple of 8.</summary>
    public static void Apply(float* values, float* target, nint count)
    {
        if (Lanes.Fit16(count))
        {
            Apply<Lanes16>(values, target, count);
        }
        else
        {
            Apply<Lanes8>(values, target, count);
        }
    }

    /// <inheritdoc cref="Apply(float*, float*, nint)"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Apply<T>(float* values, float* target, nint count)
        where T : struct, ILanes<T>
    {
        Lanes.AssertMultiple<T>(count);
        for (nint i = 0; i < count; i += T.Count)
        {
            Of(T.Load(values + i)).Store(target + i);
        }
    }

    /// <summary>target = gradient · gelu'(values); count is a multiple of 8.</summary>
    public static void ApplyGradient(float* values, float* gradient, float* target, nint count)
    {
        if (Lanes.Fit16(count))
        {
            ApplyGradient<Lanes16>(values, gradient, target, count);
        }
        else
        {
            ApplyGradient<Lanes8>(values, gradient, target, count);
        }
    }

    /// <inheritdoc cref="ApplyGradient(float*, float*, float*, nint)"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void ApplyGradient<T>(float* values, float* gradient, float* target, nint count)
        where T : struct, ILanes<T>
    {
        Lanes.AssertMultiple<T>(count);
        for (nint i = 0; i < count; i += T.Count)
        {
            var x = T.Load(values + i);
            (T.Load(gradient + i) * Slope(x, Phi(x))).Store(target + i);
        }
    }

    /// <summary>target = gelu(first) · second.</summary>
    /// <param name="halves">count×2K: first, then second.</param>
    /// <param name="count">Number of pixels.</param>
    /// <param name="channels">K, a multiple of 8.</param>
    /// <param name="target">count×K.</param>
    public static void Gate(float* halves, int count, int channels, float* target)
    {
        if (Lanes.Fit16(channels))
        {
            Gate<Lanes16>(halves, count, channels, target);
        }
        else
        {
            Gate<Lanes8>(halves, count, channels, target);
        }
    }

    /// <inheritdoc cref="Gate(float*, int, int, float*)"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Gate<T>(float* halves, int count, int channels, float* target)
        where T : struct, ILanes<T>
    {
        Lanes.AssertMultiple<T>(channels);
        for (var p = 0; p < count; p++, halves += 2 * channels, target += channels)
        {
            for (var c = 0; c < channels; c += T.Count)
            {
                (Of(T.Load(halves + c)) * T.Load(halves + channels + c)).Store(target + c);
            }
        }
    }

    /// <summary>Recomputes the gate, and gives the gradients of both halves.</summary>
    /// <param name="halves">count×2K: first, then second.</param>
    /// <param name="gradient">count×K: the gradient of the gate; overwritten with the gate.</param>
    /// <param name="count">Number of pixels.</param>
    /// <param name="channels">K, a multiple of 8.</param>
    /// <param name="target">count×2K: receives the gradients of the halves.</param>
    public static void GateGradient(float* halves, float* gradient, int count, int channels, float* target)
    {
        if (Lanes.Fit16(channels))
        {
            GateGradient<Lanes16>(halves, gradient, count, channels, target);
        }
        else
        {
            GateGradient<Lanes8>(halves, gradient, count, channels, target);
        }
    }

    /// <inheritdoc cref="GateGradient(float*, float*, int, int, float*)"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void GateGradient<T>(float* halves, float* gradient, int count, int channels, float* target)
        where T : struct, ILanes<T>
    {
        Lanes.AssertMultiple<T>(channels);
        for (var p = 0; p < count; p++, halves += 2 * channels, gradient += channels, target += 2 * channels)
        {
            for (var c = 0; c < channels; c += T.Count)
            {
                var (first, second, given) = (T.Load(halves + c), T.Load(halves + channels + c), T.Load(gradient + c));
                var phi = Phi(first);
                var gelu = first * phi;
                (given * second * Slope(first, phi)).Store(target + c);
                (given * gelu).Store(target + channels + c);
                (gelu * second).Store(gradient + c);
            }
        }
    }

    /// <summary>Φ, the cumulative distribution function of the normal distribution.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Phi<T>(T x)
        where T : struct, ILanes<T>
    {
        var half = T.Broadcast(0.5f);
        return T.MultiplyAdd(half, Erf(x), half);
    }

    /// <summary>gelu'(x) = Φ(x) + x · φ(x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Slope<T>(T x, T phi)
        where T : struct, ILanes<T>
    {
        // Beyond ±6 the density vanishes in single precision. exp(−s) is the 16th power of exp(−s/16), whose series is short.
        x = T.Min(T.Max(x, T.Broadcast(-6)), T.Broadcast(6));
        var s = x * x * T.Broadcast(-1 / 32f);
        var e = T.Broadcast(1 / 40320f);
        e = T.MultiplyAdd(e, s, T.Broadcast(1 / 5040f));
        e = T.MultiplyAdd(e, s, T.Broadcast(1 / 720f));
        e = T.MultiplyAdd(e, s, T.Broadcast(1 / 120f));
        e = T.MultiplyAdd(e, s, T.Broadcast(1 / 24f));
        e = T.MultiplyAdd(e, s, T.Broadcast(1 / 6f));
        e = T.MultiplyAdd(e, s, T.Broadcast(0.5f));
        e = T.MultiplyAdd(e, s, T.Broadcast(1));
        e = T.MultiplyAdd(e, s, T.Broadcast(1));
        e *= e;
        e *= e;
        e *= e;
        e *= e;
        return T.MultiplyAdd(x * T.Broadcast(0.39894228f), e, phi);
    }

    /// <summary>erf(x/√2) by a rational approximation fitted to it; its error is at most 4·10⁻⁷.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Erf<T>(T x)
        where T : struct, ILanes<T>
    {
        // Beyond ±4 the error function is ±1 in single precision.
        var bound = T.Broadcast(4);
        var t = T.Min(T.Max(x * T.Broadcast(0.70710678f), T.Broadcast(-4)), bound);
        var s = t * t;
        var numerator = T.Broadcast(1.97482941e-6f);
        numerator = T.MultiplyAdd(numerator, s, T.Broadcast(2.88042464e-4f));
        numerator = T.MultiplyAdd(numerator, s, T.Broadcast(4.00367504e-3f));
        numerator = T.MultiplyAdd(numerator, s, T.Broadcast(5.34675651e-2f));
        numerator = T.MultiplyAdd(numerator, s, T.Broadcast(0.196249607f));
        numerator = T.MultiplyAdd(numerator, s, T.Broadcast(1.12837898f));
        var denominator = T.Broadcast(3.74809119e-5f);
        denominator = T.MultiplyAdd(denominator, s, T.Broadcast(1.21636780e-3f));
        denominator = T.MultiplyAdd(denominator, s, T.Broadcast(1.54444783e-2f));
        denominator = T.MultiplyAdd(denominator, s, T.Broadcast(0.116476691f));
        denominator = T.MultiplyAdd(denominator, s, T.Broadcast(0.507252844f));
        denominator = T.MultiplyAdd(denominator, s, T.Broadcast(1));
        return t * numerator / denominator;
    }
}
