using Tat.Torch.Simd;

namespace Tat.Torch.Model.Recording;

/// <summary>The values of a parameter, and the place where its gradients come together.</summary>
internal readonly unsafe struct RecordedWeights(float* values, float* gradient, long[] shape)
{
    public readonly float* Values = values;
    public readonly float* Gradient = gradient;

    /// <summary>The first side of the shape.</summary>
    public int Outputs => (int)shape[0];

    /// <summary>The second side.</summary>
    public int Inputs => (int)shape[1];

    public nint Count => (nint)shape.Aggregate(1L, (product, side) => product * side);

    /// <summary>Adds some rows of a matrix, of which each may be longer than those of the gradient.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="rows">How many.</param>
    /// <param name="columns">Columns of the gradient.</param>
    /// <param name="matrix">rows×step.</param>
    /// <param name="step">Row stride of the matrix, in floats.</param>
    public void Add(int first, int rows, int columns, float* matrix, int step)
    {
        var target = Gradient + ((nint)first * columns);
        for (var row = 0; row < rows; row++, target += columns, matrix += step)
        {
            var column = 0;
            var even = columns / Lanes8.Count * Lanes8.Count;
            PixelRows.Add(target, matrix, target, even);
            for (column = even; column < columns; column++)
            {
                target[column] += matrix[column];
            }
        }
    }
}
