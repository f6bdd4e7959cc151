using Tat.Torch.Model.Contracts;
using Tat.Torch.Model.FeatureMaps;
using Tat.Torch.Model.Parameters;
using Tat.Torch.Model.Recording;
using Tat.Torch.Runtime;
using Tat.Torch.Simd;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tat.Torch.Model.Layers;

/// <summary>
/// Attention between channels (Restormer, arXiv 2111.09881): 1×1 to q, k, v, 3×3 depth-wise, softmax(q̂ k̂ᵀ · temperature) v per head, 1×1.
/// </summary>
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

    public ChannelAttention(ParameterSource source, BlockPlan plan)
        : base(source, plan.QkvFilter, plan.IsAdaptive, deviation: 1)
    {
        _channels = plan.Channels;
        _heads = plan.Heads;
        _window = plan.Window;
        _temperature = source.Constant(1, _heads, 1, 1);
        _qkv = Weights.Of(source, plan.Qkv);
        _plain = plan.IsAdaptive ? null : Weights.Of(source, plan.QkvFilter);
        _projectOut = Weights.Of(source, plan.AttentionOut);
        RegisterComponents();
    }

    /// <inheritdoc/>
    protected override Weights? Plain => _plain;

    /// <summary>Adds the layer's output to its input, which may be overwritten; the result is a tensor of its own.</summary>
    /// <param name="mode">How the network runs.</param>
    /// <param name="map">B×H×W×C.</param>
    /// <param name="norm">Comes before the layer.</param>
    /// <param name="generated">B×3C×1×3×3, or <see langword="null"/> for a plain layer.</param>
    public Tensor AddTo(RunMode mode, Tensor map, ChannelNorm norm, Tensor? generated)
    {
        var windows = new LocalWindows((int)map.shape[1], (int)map.shape[2], _window);
        var banks = Banks(mode, Kernels(generated));
        if (_projectOut.Bias is null && _channels / _heads % MatrixPanels.Width == 0 && CoreStrips.Fit(mode, map, banks))
        {
            return AddInCores(map, norm, banks, windows);
        }

        var strips = new RowStrips(mode, map, norm.Apply, banks);
        var (sums, values) = strips.IsCut ? SumInBands(mode, strips, windows, map) : SumWhole(mode, strips, windows);
        var projections = Projections(Attentions(windows, sums));
        var residual = new Residual(mode, map);
        strips.ForEachRows(rows =>
        {
            foreach (var part in windows.Parts(rows.Start, rows.Length))
            {
                residual.AddProduct(part.Row, part.Column, Maps.Part(values, part), projections[part.Cell], _projectOut.Bias);
            }
        });
        return residual.Result();
    }

    /// <summary>The same for one image that is one window, recorded for its gradients.</summary>
    public unsafe RecordedMap AddTo(Tape tape, RecordedMap map, ChannelNorm norm, RecordedMap? generated)
    {
        var kernels = RecordKernels(tape, generated);
        var attention = new RecordedAttention(
            tape, map, new(tape, map, tape[norm.Scale], tape[norm.Shift!], tape[_qkv.Weight], (3, _channels, _channels), kernels.Values),
            tape[_temperature], tape[_projectOut.Weight]);
        var result = attention.Run();
        tape.Record(() =>
        {
            kernels.GoBack(attention.GoBack(result.Gradient));
            map.Give(result.Gradient);
        });
        return result;
    }

    /// <summary>The same for one image, strip by strip in the caches of cores.</summary>
    private unsafe Tensor AddInCores(Tensor map, ChannelNorm norm, FilterBank[] banks, LocalWindows windows)
    {
        var (width, channels, size) = ((int)map.shape[2], _channels, _channels / _heads);
        var grid = CoreStrips.GridOf(map, banks);
        var values = empty_like(map);

        // Pieces of the map add to sums of their own, which come together in the same order whichever piece was first.
        var cells = windows.Rows.Length * windows.Columns.Length;
        var parts = ChannelSums.Zeros(windows.Columns.Max(grid.CountWith), cells, _heads, channels, map);
        float* v = values.Pointer(), products = parts.Products.Pointer(), squaresOfQ = parts.Queries.Pointer(),
            squaresOfK = parts.Keys.Pointer();
        CoreStrips.ForEach(map, norm.Scale, norm.Shift, grid, 2 * channels, size * size, strip =>
        {
            strip.Filter(1, v + ((((nint)strip.Rows.Start * width) + strip.Columns.Start) * channels), (nint)width * channels);
            strip.Filter(0, strip.Scratch, strip.Columns.Length * 2 * channels);
            var product = strip.Scratch + (strip.Pixels * 2 * channels);
            foreach (var part in windows.Parts(strip.Rows, strip.Columns))
            {
                var sums = (nint)((grid.IndexWith(windows.ColumnsOf(part.Cell), strip.Piece) * cells) + part.Cell) * channels;
                var isWide = part.Column.Length == strip.Columns.Length;
                for (var row = 0; row < (isWide ? 1 : part.Rows); row++)
                {
                    var first = ((part.Row - strip.Rows.Start + row) * strip.Columns.Length) + part.Column.Start - strip.Columns.Start;
                    AddSums(strip.Scratch + (first * 2 * channels), part.Column.Length * (isWide ? part.Rows : 1), product,
                        products + (sums * size), squaresOfQ + sums, squaresOfK + sums);
                }
            }
        }, banks);

        // For each cell the matrix that takes v to the output, attention and output projection in one.
        var attentions = Attentions(windows, parts.Map(sums => sums.sum([0]))).contiguous();
        var (projection, matrices) = (MatrixPanels.Pack(_projectOut.Matrix, channels, channels), empty(cells, channels, channels));
        float* attention = attentions.Pointer(), output = projection.Pointer(), matrix = matrices.Pointer(), target = map.Pointer();
        ComputeThreads.Share(cells, cell => MatrixProducts.MultiplyPacked(
            output, channels, attention + ((nint)cell * channels * size), _heads, size, matrix + ((nint)cell * channels * channels)));
        Bands.ForEach(map, (start, count) =>
        {
            var sums = empty(windows.Columns.Max(cell => cell.Length) * channels).Pointer();
            foreach (var part in windows.Parts(start, count))
            {
                for (var row = part.Row; row < part.Row + part.Rows; row++)
                {
                    var at = (((nint)row * width) + part.Column.Start) * channels;
                    MatrixProducts.Multiply(
                        v + at, part.Column.Length, channels, matrix + ((nint)part.Cell * channels * channels), channels, sums);
                    PixelRows.Add(target + at, sums, target + at, part.Column.Length * channels);
                }
            }
        });
        return map.alias();
    }

    /// <summary>Adds the sums over pixels of q, k: for each head q·k, and the squares.</summary>
    private unsafe void AddSums(float* pixels, int count, float* product, float* products, float* squaresOfQ, float* squaresOfK)
    {
        var size = _channels / _heads;
        for (var head = 0; head < _heads; head++)
        {
            MatrixProducts.MultiplyChannels(
                pixels + (head * size), pixels + _channels + (head * size), 2 * _channels, count, size, product);
            PixelRows.Add(products, product, products, size * size);
            products += size * size;
        }

        PixelRows.AddSquares(pixels, 2 * _channels, count, _channels, squaresOfQ);
        PixelRows.AddSquares(pixels + _channels, 2 * _channels, count, _channels, squaresOfK);
    }

    /// <summary>One bank for q and k, one for v.</summary>
    private FilterBank[] Banks(RunMode mode, Tensor kernels)
    {
        long[] sizes = [2 * _channels, _channels];
        var (matrices, filters, bias, kernelBias) = (_qkv.Matrix.split(sizes, 0), kernels.split(sizes, 1), _qkv.Bias?.split(sizes, 0),
            KernelBias?.split(sizes, 0));
        return [.. Enumerable.Range(0, 2).Select(i => new FilterBank(mode, matrices[i], bias?[i], filters[i], kernelBias?[i]))];
    }

    /// <summary>The sums of all cells, cells×B×…, and v, B×H×W×C.</summary>
    private (ChannelSums Sums, Tensor Values) SumWhole(RunMode mode, RowStrips strips, LocalWindows windows)
    {
        ChannelSums[] cells = [];
        Tensor? values = null;
        strips.ForEach(strip =>
        {
            values = strip.Filter(1).MoveToOuterDisposeScope();
            var queriesAndKeys = strip.Filter(0);
            cells = [.. windows.Parts(0, strip.Count)
                .Select(part =>
                    ChannelSums.Of(mode, Maps.Part(queriesAndKeys, part), _heads).Map(tensor => tensor.MoveToOuterDisposeScope()))];
        });
        return (new(Stack(sums => sums.Products), Stack(sums => sums.Queries), Stack(sums => sums.Keys)), values!);

        Tensor Stack(Func<ChannelSums, Tensor> tensor) => stack(cells.Select(tensor), 0);
    }

    /// <summary>The same for one image, band by band.</summary>
    private (ChannelSums Sums, Tensor Values) SumInBands(RunMode mode, RowStrips strips, LocalWindows windows, Tensor map)
    {
        var values = empty_like(map);
        var bands = ChannelSums.Zeros(strips.Bands, windows.Rows.Length * windows.Columns.Length, _heads, _channels, map);
        strips.ForEach(strip =>
        {
            strip.Filter(1, values.narrow(1, strip.Start, strip.Count));
            var queriesAndKeys = strip.Filter(0);
            foreach (var part in windows.Parts(strip.Start, strip.Count))
            {
                bands.Of(strip.Band, part.Cell)
                    .Add(ChannelSums.Of(mode, Maps.Part(queriesAndKeys, part with { Row = part.Row - strip.Start }), _heads));
            }
        });
        return (bands.Map(sums => sums.sum([0])), values);
    }

    /// <summary>For each cell the mean of the attention matrices of its windows: cells×B×heads×d×d, d = C/heads.</summary>
    private Tensor Attentions(LocalWindows windows, ChannelSums cells)
    {
        // cells×B×heads×d×d and cells×B×heads×1×d become sums of windows.
        var products = windows.SumCells(cells.Products);
        var q = windows.SumCells(cells.Queries).sqrt().AtLeast(NormEpsilon);
        var k = windows.SumCells(cells.Keys).sqrt().AtLeast(NormEpsilon);

        // Normalising the small matrix instead of q and k: (q/|q|)·(k/|k|) = (q·k)/(|q||k|).
        return windows.MeanOfWindows(functional.softmax(products / (q.transpose(-2, -1) * k) * _temperature, -1));
    }

    /// <summary>For each cell the matrix that takes v to the output, attention and output projection in one: B×C×C each.</summary>
    private Tensor[] Projections(Tensor attentions)
    {
        // out = W·blockdiag(attention)·v: heads×C×d times cells×B×heads×d×d → cells×B×heads×C×d → cells×B×C×C
        var output = _projectOut.Matrix.unflatten(1, _heads, _channels / _heads).transpose(0, 1);
        return output.matmul(attentions).transpose(2, 3).flatten(3).unbind(0);
    }
}
