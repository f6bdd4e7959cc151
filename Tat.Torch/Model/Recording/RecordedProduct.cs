using Tat.Torch.Simd;

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
    /// <param name="pixels">count×K.</param>
    /// <param name="step">Row stride of the pixels, in floats.</param>
    /// <param name="count">How many.</param>
    /// <param name="target">count×N, contiguous.</param>
    public void Multiply(float* pixels, int step, int count, float* target) =>
        MatrixProducts.MultiplyStrided(
            pixels, step, 1, count, _packed, MatrixPanels.Width, (nint)MatrixPanels.Width * inputs, inputs, target, outputs, outputs);

    /// <summary>The gradient of the pixels: count×N → count×K.</summary>
    /// <param name="gradient">count×N, contiguous: the gradient of the products.</param>
    /// <param name="count">How many.</param>
    /// <param name="target">count×K: receives the gradient of the pixels.</param>
    /// <param name="step">Row stride of the target, in floats.</param>
    public void GoBack(float* gradient, int count, float* target, int step) =>
        MatrixProducts.MultiplyStrided(gradient, outputs, 1, count, matrix, inputs, MatrixPanels.Width, outputs, target, step, inputs);

    /// <summary>Adds the contribution of some pixels to the gradient of the matrix.</summary>
    /// <param name="pixels">count×K.</param>
    /// <param name="step">Row stride of the pixels, in floats.</param>
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

        MatrixProducts.MultiplyStrided(
            gradient, 1, outputs, outputs, pixels, step, MatrixPanels.Width, count, isFirst ? _sums : _part, inputs, inputs);
        if (!isFirst)
        {
            PixelRows.Add(_sums, _part, _sums, (nint)outputs * inputs);
        }

        return _sums;
    }

    private static float* Pack(Arena memory, float* matrix, int outputs, int inputs)
    {
        var padded = MatrixPanels.RoundUp(outputs);
        var packed = memory.Take((nint)padded * inputs);
        MatrixPanels.Pack(matrix, outputs, inputs, padded, inputs, packed);
        return packed;
    }
}
