using Tat.Torch.Runtime;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tat.Torch.Model.Layers;

/// <summary>Attention between channels (Restormer, arXiv 2111.09881): 1×1 to q, k, v, 3×3 depth-wise, softmax(q̂ k̂ᵀ · temperature) v per head, 1×1.</summary>
internal sealed class ChannelAttention : DepthWiseLayer
{
    private const double NormEpsilon = 1e-12;

    [ComponentName(Name = "temperature")]
    private readonly Parameter _temperature;

    [ComponentName(Name = "qkv")]
    private readonly Weights _qkv;

    [ComponentName(Name = "qkv_dwconv")]
    private readonly Weights? _plain;

    [ComponentName(Name = "project_out")]
    private readonly Weights _projectOut;
    private readonly int _channels;
    private readonly int _heads;
    private readonly int _window;

    public ChannelAttention(ParameterSource source, TatNetworkOptions options, int level, int channels, bool adaptive)
        : base(source, 3 * channels, adaptive, deviation: 1)
    {
        _channels = channels;
        _heads = options.Heads[level];
        _window = options.Window(level);
        _temperature = source.Constant(1, _heads, 1, 1);
        _qkv = Weights.Convolution(source, channels, 3 * channels, 1, options.Bias);
        _plain = adaptive ? null : Weights.DepthWise(source, 3 * channels, options.Bias);
        _projectOut = Weights.Convolution(source, channels, channels, 1, options.Bias);
        RegisterComponents();
    }

    /// <inheritdoc/>
    protected override Weights? Plain => _plain;

    /// <summary>Adds the layer's output to its input, which may be overwritten.</summary>
    /// <param name="map">B×H×W×C.</param>
    /// <param name="norm">Comes before the layer.</param>
    /// <param name="generated">B×3C×1×3×3, or <see langword="null"/> for a plain layer.</param>
    public Tensor AddTo(Tensor map, ChannelNorm norm, Tensor? generated)
    {
        var kernels = Kernels(generated);
        var windows = new LocalWindows((int)map.shape[1], (int)map.shape[2], _window);
        var cells = new ChannelSums?[windows.Rows.Length * windows.Columns.Length];
        var values = new List<(int Start, Tensor V)>();
        RowStrips.ForEach(map, norm.Apply, Banks(kernels), strip =>
        {
            foreach (var part in windows.Parts(strip.Start, strip.Count))
            {
                AddSums(ref cells[part.Cell], Maps.Part(strip.Filtered[0], part.Row - strip.Start, part.Rows, part.Column));
            }

            values.Add((strip.Start, strip.Filtered[1].MoveToOuterDisposeScope()));
        });

        var projections = Projections(windows, [.. cells.Select(cell => cell!.Value)]);
        var residual = new Residual(map);
        foreach (var (start, v) in values)
        {
            foreach (var part in windows.Parts(start, (int)v.shape[1]))
            {
                using var scope = NewDisposeScope();
                residual.AddProduct(part.Row, part.Column, Maps.Part(v, part.Row - start, part.Rows, part.Column), projections[part.Cell], _projectOut.Bias);
            }
        }

        return residual.Result();
    }

    /// <summary>One bank for q and k, one for v.</summary>
    private FilterBank[] Banks(Tensor kernels)
    {
        long[] sizes = [2 * _channels, _channels];
        var (matrices, filters, bias, kernelBias) = (_qkv.Matrix.split(sizes, 0), kernels.split(sizes, 1), _qkv.Bias?.split(sizes, 0), KernelBias?.split(sizes, 0));
        return [.. Enumerable.Range(0, 2).Select(i => new FilterBank(Maps.InputsFirst(matrices[i]), bias?[i], filters[i], kernelBias?[i]))];
    }

    /// <summary>Adds the sums over a part of a cell to those of the cell.</summary>
    private void AddSums(ref ChannelSums? cell, Tensor queriesAndKeys)
    {
        using var scope = NewDisposeScope();
        var sums = ChannelSums.Of(queriesAndKeys, _heads);
        if (cell is { } before)
        {
            before.Add(sums);
        }
        else
        {
            cell = sums.KeepBeyond(2);
        }
    }

    /// <summary>For each cell the matrix that takes v to the output, attention and output projection in one: B×C×C each.</summary>
    private Tensor[] Projections(LocalWindows windows, ChannelSums[] cells)
    {
        // cells×B×heads×d×d and cells×B×heads×1×d, d = C/heads, become sums of windows.
        var products = windows.SumCells(stack(cells.Select(cell => cell.Products), 0));
        var q = windows.SumCells(stack(cells.Select(cell => cell.Queries), 0)).sqrt().AtLeast(NormEpsilon);
        var k = windows.SumCells(stack(cells.Select(cell => cell.Keys), 0)).sqrt().AtLeast(NormEpsilon);

        // Normalising the small matrix instead of q and k: (q/|q|)·(k/|k|) = (q·k)/(|q||k|).
        var attention = windows.MeanOfWindows(functional.softmax(products / (q.transpose(-2, -1) * k) * _temperature, -1));

        // out = W·blockdiag(attention)·v: heads×C×d times cells×B×heads×d×d → cells×B×heads×C×d → cells×B×C×C
        var output = _projectOut.Matrix.unflatten(1, _heads, _channels / _heads).transpose(0, 1);
        return output.matmul(attention).transpose(2, 3).flatten(3).unbind(0);
    }
}
