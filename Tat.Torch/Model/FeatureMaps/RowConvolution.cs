using System.Runtime.CompilerServices;
using Tat.Torch.Model.Parameters;
using Tat.Torch.Runtime;
using Tat.Torch.Simd;
using static TorchSharp.torch;

namespace Tat.Torch.Model.FeatureMaps;

/// <summary>
/// A 3×3 convolution with zero padding as matrix products of pixels and their neighbours: of a row with channels last, three pixels side by
/// side are consecutive in memory.
/// </summary>
internal sealed unsafe class RowConvolution : IDisposable
{
    private const int Side = 3;

    // Of the rows that each matrix is multiplied by at a time: about what a core's own cache holds.
    private const int Bytes = 512 << 10;

    private readonly int _inputs;
    private readonly int _outputs;
    private readonly Tensor _packed;
    private readonly Tensor? _bias;

    /// <summary>Arranges weights.</summary>
    /// <param name="weights">K×C×3×3, and K or none.</param>
    public RowConvolution(Weights weights)
    {
        var kernels = weights.Weight.contiguous();
        (_outputs, _inputs, _bias) = ((int)kernels.shape[0], (int)kernels.shape[1], weights.Bias);
        _packed = zeros(Padded / MatrixPanels.Width, Depth, MatrixPanels.Width);
        float* from = kernels.Pointer(), to = _packed.Pointer();
        ComputeThreads.Share(Padded / MatrixPanels.Width, panel =>
        {
            for (var k = panel * MatrixPanels.Width; k < Math.Min(_outputs, (panel + 1) * MatrixPanels.Width); k++)
            {
                Pack(from + ((nint)k * Depth), _inputs, to + ((nint)panel * Depth * MatrixPanels.Width) + (k % MatrixPanels.Width));
            }
        });
    }

    private int Depth => Side * Side * _inputs;

    private int Padded => MatrixPanels.RoundUp(_outputs);

    /// <summary>How many rows at a time.</summary>
    public static int RowsFor(int width, int inputs) => Math.Max(1, (Bytes / ((width + 2) * inputs * sizeof(float))) - 2);

    public void Dispose() => _packed.Dispose();

    /// <summary>Some rows of the convolution of maps, whose channels are joined, on one core.</summary>
    /// <param name="maps">1×H×W×… each, together C channels.</param>
    /// <param name="start">The first row.</param>
    /// <param name="count">Number of rows.</param>
    /// <returns>1×count×W×K.</returns>
    public Tensor Apply(Tensor[] maps, int start, int count)
    {
        var (height, width) = ((int)maps[0].shape[1], (int)maps[0].shape[2]);
        var row = (width + 2) * _inputs;
        var most = Math.Min(count, RowsFor(width, _inputs));
        var result = empty(1, count, width, _outputs);
        using var scope = NewDisposeScope();
        float* padded = zeros((most + 2) * row).Pointer(), target = result.Pointer();
        var isWhole = Padded == _outputs;
        var sums = isWhole ? null : empty(most * width * Padded).Pointer();
        var sources = maps.Select(map => map.contiguous()).Select(map => ((nint)map.Pointer(), (int)map.shape[3])).ToArray();
        for (var done = 0; done < count; done += most, target += (nint)most * width * _outputs)
        {
            var rows = Math.Min(most, count - done);
            for (var y = 0; y < rows + 2; y++)
            {
                Load(sources, start + done + y - 1, height, width, padded + (y * row));
            }

            MatrixProducts.Convolve(padded, rows, width, _inputs, _packed.Pointer(), Padded, isWhole ? target : sums);
            for (var pixel = 0; !isWhole && pixel < rows * width; pixel++)
            {
                new Span<float>(sums + ((nint)pixel * Padded),
                    _outputs).CopyTo(new Span<float>(target + ((nint)pixel * _outputs), _outputs));
            }
        }

        if (_bias is not null)
        {
            result.Add(_bias);
        }

        return result;
    }

    /// <summary>A row of the joined maps, after the zeros at its left; beyond the maps zeros alone.</summary>
    private void Load((nint Map, int Channels)[] sources, int y, int height, int width, float* target)
    {
        target += _inputs;
        if (y < 0 || y >= height)
        {
            new Span<float>(target, width * _inputs).Clear();
            return;
        }

        foreach (var (map, channels) in sources)
        {
            var from = (float*)map + ((nint)y * width * channels);
            if (channels == _inputs)
            {
                new Span<float>(from, width * channels).CopyTo(new Span<float>(target, width * channels));
                return;
            }

            for (var x = 0; x < width; x++)
            {
                new Span<float>(from + ((nint)x * channels), channels).CopyTo(new Span<float>(target + ((nint)x * _inputs), channels));
            }

            target += channels;
        }
    }

    /// <summary>The weights of an output, C×3×3, become a column of a panel: 3×3×C.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Pack(float* from, int inputs, float* to)
    {
        for (var channel = 0; channel < inputs; channel++)
        {
            for (var tap = 0; tap < Side * Side; tap++, from++)
            {
                to[((tap * inputs) + channel) * MatrixPanels.Width] = *from;
            }
        }
    }
}
