using System.Runtime.CompilerServices;

namespace Tat.Torch.Simd;

/// <summary>Matrix-vector products and their gradients, on one core; the matrix is read once.</summary>
internal static unsafe class VectorProducts
{
    /// <summary>target[k] = Σ matrix[k, i] · vector[i].</summary>
    /// <param name="matrix">rows×columns.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns, a multiple of 8.</param>
    /// <param name="vector">columns.</param>
    /// <param name="target">rows.</param>
    public static void Multiply(float* matrix, int rows, int columns, float* vector, float* target)
    {
        if (Lanes.Fit16(columns))
        {
            Multiply<Lanes16>(matrix, rows, columns, vector, target);
        }
        else
        {
            Multiply<Lanes8>(matrix, rows, columns, vector, target);
        }
    }

    /// <inheritdoc cref="Multiply(float*, int, int, float*, float*)"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Multiply<T>(float* matrix, int rows, int columns, float* vector, float* target)
        where T : struct, ILanes<T>
    {
        Lanes.AssertMultiple<T>(columns);
        for (var row = 0; row < rows; row++, matrix += columns)
        {
            var sum = T.Zero;
            for (var i = 0; i < columns; i += T.Count)
            {
                sum = T.MultiplyAdd(T.Load(matrix + i), T.Load(vector + i), sum);
            }

            target[row] = T.Sum(sum);
        }
    }

    /// <summary>Adds the gradients of matrix and vector.</summary>
    /// <param name="matrix">rows×columns.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns, a multiple of 8.</param>
    /// <param name="vector">columns.</param>
    /// <param name="gradient">rows: of the product.</param>
    /// <param name="ofMatrix">rows×columns.</param>
    /// <param name="ofVector">columns.</param>
    public static void AddGradients(float* matrix, int rows, int columns, float* vector, float* gradient, float* ofMatrix, float* ofVector)
    {
        if (Lanes.Fit16(columns))
        {
            AddGradients<Lanes16>(matrix, rows, columns, vector, gradient, ofMatrix, ofVector);
        }
        else
        {
            AddGradients<Lanes8>(matrix, rows, columns, vector, gradient, ofMatrix, ofVector);
        }
    }

    /// <inheritdoc cref="AddGradients(float*, int, int, float*, float*, float*, float*)"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void AddGradients<T>(
        float* matrix, int rows, int columns, float* vector, float* gradient, float* ofMatrix, float* ofVector)
        where T : struct, ILanes<T>
    {
        Lanes.AssertMultiple<T>(columns);
        for (var row = 0; row < rows; row++, matrix += columns, ofMatrix += columns)
        {
            var given = T.Broadcast(gradient[row]);
            for (var i = 0; i < columns; i += T.Count)
            {
                T.MultiplyAdd(given, T.Load(vector + i), T.Load(ofMatrix + i)).Store(ofMatrix + i);
                T.MultiplyAdd(given, T.Load(matrix + i), T.Load(ofVector + i)).Store(ofVector + i);
            }
        }
    }
}
