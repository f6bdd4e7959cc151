using TorchSharp;
using static TorchSharp.torch;

namespace Tat.Torch.Runtime;

/// <summary>Arithmetic of tensors with numbers that are held until the operator has read them.</summary>
/// <remarks>
/// TorchSharp makes an object with a finalizer of each number that it gives to an operator, also of the factor 1 in a plain <c>a + b</c>,
/// and holds no reference to it during the call. A garbage collection at that moment frees the number, and the operator fails or calculates
/// with whatever is in its place.
/// </remarks>
internal static class HeldScalars
{
    private static readonly Scalar _one = 1.ToScalar();

    /// <summary>a + b.</summary>
    public static Tensor Plus(this Tensor a, Tensor b) => a.add(b, _one);

    /// <summary>a += b.</summary>
    public static Tensor Add(this Tensor a, Tensor b) => a.add_(b, _one);

    /// <summary>a + b · c, elementwise.</summary>
    public static Tensor PlusProduct(this Tensor a, Tensor b, Tensor c) => addcmul(a, b, c, _one);

    /// <summary>Each value times itself, which TorchSharp's own square leaves to a power with a number.</summary>
    public static Tensor Squared(this Tensor tensor) => tensor.mul(tensor);

    /// <summary>Adds a number.</summary>
    public static Tensor Plus(this Tensor tensor, double number)
    {
        using var held = number.ToScalar();
        return tensor.add(held, _one);
    }

    /// <summary>Multiplies by a number.</summary>
    public static Tensor Times(this Tensor tensor, double factor)
    {
        using var held = factor.ToScalar();
        return tensor.mul(held);
    }

    /// <summary>Multiplies by a number in place.</summary>
    public static Tensor Scale(this Tensor tensor, double factor)
    {
        using var held = factor.ToScalar();
        return tensor.mul_(held);
    }

    /// <summary>Divides a number by a tensor.</summary>
    public static Tensor DividedBy(this double number, Tensor tensor)
    {
        using var held = number.ToScalar();
        return tensor.reciprocal().mul(held);
    }

    /// <summary>Divides by a number.</summary>
    public static Tensor DividedBy(this Tensor tensor, double divisor)
    {
        using var held = divisor.ToScalar();
        return tensor.div(held);
    }

    /// <summary>The larger of each value and a number.</summary>
    public static Tensor AtLeast(this Tensor tensor, double minimum)
    {
        using var held = minimum.ToScalar();
        return tensor.clamp_min(held);
    }
}
