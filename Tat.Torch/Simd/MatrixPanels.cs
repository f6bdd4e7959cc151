using System.Diagnostics;
using System.Runtime.CompilerServices;
using Tat.Torch.Runtime;
using static TorchSharp.torch;

namespace Tat.Torch.Simd;

/// <summary>
/// Matrices packed for <see cref="MatrixProducts"/>: N×K → N/16×K×16, panels of 16 outputs each, padded with zeros.
/// </summary>
internal static unsafe class MatrixPanels
{
    /// <summary>Outputs of a panel.</summary>
    public const int Width = 16;

    private const int PackedAtOnce = 1 << 16;

    /// <summary>The next multiple of <see cref="Width"/>.</summary>
    public static int RoundUp(int outputs) => (outputs + Width - 1) / Width * Width;

    /// <summary>Packs a matrix.</summary>
    /// <param name="matrix">N×K, contiguous.</param>
    /// <param name="outputs">At least N, a multiple of <see cref="Width"/>.</param>
    /// <param name="inputs">At least K.</param>
    public static Tensor Pack(Tensor matrix, long outputs, long inputs)
    {
        var (rows, columns) = ((int)matrix.shape[0], (int)matrix.shape[1]);
        var packed = empty(outputs / Width, inputs, Width);
        Pack(matrix.Pointer(), rows, columns, (int)outputs, (int)inputs, packed.Pointer());
        return packed;
    }

    /// <inheritdoc cref="Pack(Tensor, long, long)"/>
    public static void Pack(float* from, int rows, int columns, int outputs, int inputs, float* to)
    {
        AssertWhole(outputs);
        Debug.Assert(rows <= outputs && columns <= inputs, $"A matrix of {rows} × {columns} does not fit into {outputs} × {inputs}.");
        var panels = Math.Max(1, PackedAtOnce / (inputs * Width));
        var all = outputs / Width;
        ComputeThreads.Share((all + panels - 1) / panels, piece =>
        {
            for (var panel = piece * panels; panel < Math.Min(all, (piece + 1) * panels); panel++)
            {
                var first = panel * Width;
                PackPanel(from + ((nint)first * columns), Math.Min(Width, rows - first), columns, inputs, to + ((nint)first * inputs));
            }
        });
    }

    /// <summary>Asserts that outputs fill their panels.</summary>
    [Conditional("DEBUG")]
    public static void AssertWhole(int outputs) => Debug.Assert(outputs % Width == 0, $"{outputs} outputs are no multiple of {Width}.");

    /// <summary>Packs up to 16 rows of a matrix side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void PackPanel(float* from, int rows, int columns, int inputs, float* target)
    {
        if (rows < Width || columns < inputs)
        {
            new Span<float>(target, inputs * Width).Clear();
        }

        for (var row = 0; row < rows; row++, from += columns)
        {
            for (var i = 0; i < columns; i++)
            {
                target[(i * Width) + row] = from[i];
            }
        }
    }
}
