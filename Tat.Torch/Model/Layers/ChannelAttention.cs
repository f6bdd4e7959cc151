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

    /// <summary>What the block adds to its input.</summary>
    /// <param name="map">B×H×W×C, normalised.</param>
    /// <param name="generated">B×3C×1×3×3, or <see langword="null"/> for a plain layer.</param>
    public Tensor Apply(Tensor map, Tensor? generated)
    {
        var qkv = Maps.DepthWise(Maps.Pointwise(map, _qkv), Kernels(generated), KernelBias).chunk(3, -1);
        var windows = new LocalWindows((int)map.shape[1], (int)map.shape[2], _window);
        var cells = new List<CellSums>();
        foreach (var row in windows.Rows)
        {
            foreach (var column in windows.Columns)
            {
                cells.Add(SumCell(Cut(qkv[0], row, column), Cut(qkv[1], row, column)));
            }
        }

        var projections = Projections(windows, cells);
        var rows = windows.Rows.Select((row, i) => Join(windows.Columns.Select((column, j) =>
            Project(Cut(qkv[2], row, column), projections[(i * windows.Columns.Length) + j])), 2));
        return Join(rows, 1);
    }

    private static Tensor Join(IEnumerable<Tensor> parts, long axis)
    {
        var all = parts.ToArray();
        return all.Length == 1 ? all[0] : cat(all, axis);
    }

    /// <summary>B×H×W×C → B×h×w×C.</summary>
    private static Tensor Cut(Tensor map, WindowAxis.Cell row, WindowAxis.Cell column) =>
        map.narrow(1, row.Start, row.Length).narrow(2, column.Start, column.Length);

    /// <summary>The sums of q·k, q² and k² over the pixels of a cell.</summary>
    private CellSums SumCell(Tensor q, Tensor k)
    {
        // B×h×w×C → B×heads×pixels×(C/heads)
        q = q.flatten(1, 2).unflatten(2, _heads, _channels / _heads).transpose(1, 2);
        k = k.flatten(1, 2).unflatten(2, _heads, _channels / _heads).transpose(1, 2);
        return new(q.transpose(-2, -1).matmul(k), q.square().sum([-2], keepdim: true), k.square().sum([-2], keepdim: true));
    }

    /// <summary>For each cell the matrix that takes v to the output, attention and output projection in one: B×C×C each.</summary>
    private Tensor[] Projections(LocalWindows windows, List<CellSums> cells)
    {
        // cells×B×heads×d×d and cells×B×heads×1×d, d = C/heads, become sums of windows.
        var products = windows.SumCells(stack(cells.Select(cell => cell.Products), 0));
        var q = windows.SumCells(stack(cells.Select(cell => cell.Queries), 0)).sqrt().clamp_min(NormEpsilon);
        var k = windows.SumCells(stack(cells.Select(cell => cell.Keys), 0)).sqrt().clamp_min(NormEpsilon);

        // Normalising the small matrix instead of q and k: (q/|q|)·(k/|k|) = (q·k)/(|q||k|).
        var attention = windows.MeanOfWindows(functional.softmax(products / (q.transpose(-2, -1) * k) * _temperature, -1));

        // out = W·blockdiag(attention)·v: heads×C×d times cells×B×heads×d×d → cells×B×heads×C×d → cells×B×C×C
        var output = _projectOut.Matrix.unflatten(1, _heads, _channels / _heads).transpose(0, 1);
        return output.matmul(attention).transpose(2, 3).flatten(3).unbind(0);
    }

    /// <summary>B×h×w×C times B×C×C → B×h×w×C.</summary>
    private Tensor Project(Tensor v, Tensor matrix)
    {
        var projected = v.flatten(1, 2).bmm(matrix.transpose(-2, -1)).view(v.shape);
        return _projectOut.Bias is { } bias ? projected + bias : projected;
    }

    private readonly record struct CellSums(Tensor Products, Tensor Queries, Tensor Keys);
}
