using Tat.Torch.Simd;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tat.Torch.Model.FeatureMaps;

/// <summary>A 1×1 convolution followed by a 3×3 depth-wise convolution with zero padding.</summary>
internal sealed class FilterBank
{
    private readonly RunMode _mode;
    private readonly Tensor _matrix;
    private readonly Lazy<Tensor> _padded;
    private readonly Tensor? _matrixBias;
    private readonly Tensor _kernels;
    private readonly Tensor? _kernelBias;

    /// <summary>
    /// The nine taps of 8 or 16 channels at a time, as <see cref="DepthWiseRows"/> reads them; <see langword="null"/> where it cannot.
    /// </summary>
    private readonly Tensor? _taps;

    /// <summary>Creates a bank.</summary>
    /// <param name="mode">How the network runs.</param>
    /// <param name="matrix">K×C, or fewer rows where zeros are to follow.</param>
    /// <param name="matrixBias">K, or none.</param>
    /// <param name="kernels">B×K×1×3×3, or 1×K×1×3×3 for the same kernels in every sample.</param>
    /// <param name="kernelBias">K, or none.</param>
    public FilterBank(RunMode mode, Tensor matrix, Tensor? matrixBias, Tensor kernels, Tensor? kernelBias)
    {
        (_mode, _matrix, _matrixBias, _kernels, _kernelBias) = (mode, matrix, matrixBias, kernels, kernelBias);
        _padded = new(() => functional.pad(_matrix, [0, 0, 0, Channels - _matrix.shape[0]]));
        if (mode.InStrips && kernels.dtype == ScalarType.Float32 && Channels % DepthWiseRows.Multiple == 0)
        {
            _taps = kernels.reshape(-1, DepthWiseRows.LanesOf(Channels), 9).transpose(1, 2).contiguous();
            _kernelBias = kernelBias?.contiguous();
        }
    }

    /// <summary>Whether <see cref="MatrixProducts"/> and <see cref="DepthWiseRows"/> can run it.</summary>
    public bool FitsSimd => _taps is not null && _matrixBias is null && _kernelBias is null && Channels % MatrixPanels.Width == 0;

    /// <summary>The matrix for <see cref="MatrixProducts.Multiply"/>.</summary>
    public Tensor Pack() => MatrixPanels.Pack(_matrix, Channels, _matrix.shape[1]);

    /// <summary>The same bank with its matrix as LibTorch's products read it fastest.</summary>
    public FilterBank InputsFirst() => new(_mode, Maps.InputsFirst(_mode, Matrix), _matrixBias, _kernels, _kernelBias);

    /// <summary>The kernels for <see cref="DepthWiseRows"/>.</summary>
    public unsafe float* Taps => _taps!.Pointer();

    /// <summary>K.</summary>
    public long Channels => _kernels.shape[1];

    private Tensor Matrix => Channels == _matrix.shape[0] ? _matrix : _padded.Value;

    /// <summary>gelu(first) · second of two filtered maps of as many channels.</summary>
    /// <param name="first">The bank of the first map.</param>
    /// <param name="firstMap">B×h×W×K.</param>
    /// <param name="second">The bank of the second map.</param>
    /// <param name="secondMap">B×h×W×K.</param>
    /// <param name="paddedRows">1 for zeros above and below the maps; 0 where their first and last rows are only neighbours.</param>
    public static unsafe Tensor Gate(FilterBank first, Tensor firstMap, FilterBank second, Tensor secondMap, int paddedRows)
    {
        if (first._taps is null || paddedRows > 0)
        {
            var gate = Maps.Gelu(first._mode, first.Filter(firstMap, paddedRows));
            var values = second.Filter(secondMap, paddedRows);
            return first._mode.Records ? gate * values : gate.mul_(values);
        }

        var target = NewRows(firstMap);
        DepthWiseRows.FilterAndGate(first.Rows(firstMap), second.Rows(secondMap), Whole(target), (int)first.Channels, target.Pointer());
        return target;
    }

    /// <summary>The 1×1 convolution: B×H×W×C → B×H×W×K.</summary>
    public Tensor Expand(Tensor map) => functional.linear(map, Matrix, _matrixBias);

    /// <summary>The 1×1 convolution into memory that is there: 1×h×W×C → 1×h×W×K.</summary>
    public void Expand(Tensor map, Tensor target)
    {
        var beta = 0;
        if (_matrixBias is not null)
        {
            target.copy_(_matrixBias.expand(target.shape));
            beta = 1;
        }

        target.view(-1, Channels).addmm_(map.view(-1, _matrix.shape[1]), Matrix.t(), beta, 1);
    }

    /// <summary>The depth-wise convolution.</summary>
    /// <param name="expanded">B×h×W×K.</param>
    /// <param name="paddedRows">1 for zeros above and below the map; 0 where its first and last rows are only neighbours.</param>
    /// <param name="target">Memory for the result, or none.</param>
    /// <returns>B×h×W×K, with two rows fewer where none are padded.</returns>
    public unsafe Tensor Filter(Tensor expanded, int paddedRows, Tensor? target = null)
    {
        if (_taps is null || paddedRows > 0)
        {
            var filtered = DepthWise(expanded, _kernels, _kernelBias, paddedRows);
            return target?.copy_(filtered) ?? filtered;
        }

        target ??= NewRows(expanded);
        DepthWiseRows.Filter(Rows(expanded), Whole(target), (int)Channels, target.Pointer(), (nint)(target.shape[2] * Channels));
        return target;
    }

    private static Tensor DepthWise(Tensor map, Tensor kernels, Tensor? bias, long paddedRows)
    {
        var samples = kernels.shape[0];
        if (samples == 1)
        {
            return Maps.FromImage(functional.conv2d(
                Maps.ToImage(map), kernels.squeeze(0), bias, padding: [paddedRows, 1], groups: map.shape[3]));
        }

        // Sample by sample in this layout is faster than all samples as groups of one image.
        var filtered = new Tensor[samples];
        for (var i = 0; i < samples; i++)
        {
            filtered[i] = DepthWise(map.narrow(0, i, 1), kernels.narrow(0, i, 1), bias, paddedRows);
        }

        return cat(filtered, 0);
    }

    private static Tensor NewRows(Tensor expanded) =>
        empty([1, expanded.shape[1] - 2, expanded.shape[2], expanded.shape[3]], expanded.dtype, expanded.device);

    private static DepthWiseRows.Rectangle Whole(Tensor target) => new((int)target.shape[1], (int)target.shape[2], 0, (int)target.shape[2]);

    private unsafe DepthWiseRows.Bank Rows(Tensor expanded) =>
        new(expanded.Pointer(), Taps, _kernelBias is null ? null : _kernelBias.Pointer());
}
