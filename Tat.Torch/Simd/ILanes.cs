namespace Tat.Torch.Simd;

/// <summary>A vector register of floats, of the width that the processor offers.</summary>
internal unsafe interface ILanes<T>
    where T : struct, ILanes<T>
{
    /// <summary>Floats in the register.</summary>
    static abstract int Count { get; }

    static abstract T Load(float* from);

    static abstract T Zero { get; }

    /// <summary>The value in every lane.</summary>
    static abstract T Broadcast(float value);

    /// <summary>The sum over the lanes.</summary>
    static abstract float Sum(T lanes);

    static abstract T Min(T a, T b);

    static abstract T Max(T a, T b);

    /// <summary>a · b + c, fused where the processor can.</summary>
    static abstract T MultiplyAdd(T a, T b, T c);

    static abstract T operator +(T a, T b);

    static abstract T operator -(T a, T b);

    static abstract T operator *(T a, T b);

    static abstract T operator /(T a, T b);

    void Store(float* to);
}
