using Tat.Torch.Kernels;

namespace Tat.Torch.Model.Recording;

/// <summary>Pixels times a matrix, and back: for channels in multiples of 8, at least 16.</summary>
/// <param name="memory">Where matrices and sums are.</param>
/// <param name="matrix">N×K.</param>
/// <param name="outputs">N.</param>
/// <param name="inputs">K.</param>
internal sealed unsafe class RecordedProduct(Arena memory, float* matrix, int outputs, int inputs)
{
    private readonly float* _packed = Pack(memory, matrix, outputs, inputs);
    private float* _sums;
    private float* _part;

    /// <summary>count×K → count×N.</summary>
    /// <param name="pixels">Pixels.</param>
    /// <param name="step">Numbers from one to the next.</param>
    /// <param name="count">How many.</param>
    /// <param name="target">The products, one after the other.</param>
    public void Multiply(float* pixels, int step, int count, float* target) =>
        MatrixKernels.MultiplyAny(
            pixels, step, 1, count, _packed, MatrixKernels.Panel, (nint)MatrixKernels.Panel * inputs, inputs, target, outputs, outputs);

    /// <summary>The gradient of the pixels: count×N → count×K.</summary>
    /// <param name="gradient">Of the products, one after the other.</param>
    /// <param name="count">How many.</param>
    /// <param name="target">Takes the gradients of the pixels.</param>
    /// <param name="step">Numbers from one of these to the next.</param>
    public void GoBack(float* gradient, int count, float* target, int step) =>
        MatrixKernels.MultiplyAny(gradient, outputs, 1, count, matrix, inputs, MatrixKernels.Panel, outputs, target, step, inputs);

    /// <summary>Adds what some pixels give to the gradient of the matrix.</summary>
    /// <param name="pixels">count×K.</param>
    /// <param name="step">Numbers from a pixel to the next.</param>
    /// <param name="gradient">count×N.</param>
    /// <param name="count">Number of pixels.</param>
    /// <returns>N×K: the sum up to now.</returns>
    public float* AddGradient(float* pixels, int step, float* gradient, int count)
    {
        var isFirst = _sums == null;
        if (isFirst)
        {
            _sums = memory.Take((nint)outputs * inputs);
            _part = memory.Take((nint)outputs * inputs);
        }

        MatrixKernels.MultiplyAny(
            gradient, 1, outputs, outputs, pixels, step, MatrixKernels.Panel, count, isFirst ? _sums : _part, inputs, inputs);
        if (!isFirst)
        {
            PixelKernels.Add(_sums, _part, _sums, (nint)outputs * inputs);
        }

        return _sums;
    }

    private static float* Pack(Arena memory, float* matrix, int outputs, int inputs)
    {
        var padded = (outputs + MatrixKernels.Panel - 1) / MatrixKernels.Panel * MatrixKernels.Panel;
        var packed = memory.Take((nint)padded * inputs);
        MatrixKernels.Pack(matrix, outputs, inputs, padded, inputs, packed);
        return packed;
    }
}
