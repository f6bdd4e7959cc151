using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tat.Torch.Model.Layers;

/// <summary>A 1×1 convolution followed by a 3×3 depth-wise convolution with zero padding.</summary>
/// <param name="Matrix">K×C.</param>
/// <param name="MatrixBias">K, or none.</param>
/// <param name="Kernels">B×K×1×3×3, or 1×K×1×3×3 for the same kernels in every sample.</param>
/// <param name="KernelBias">K, or none.</param>
internal readonly record struct FilterBank(Tensor Matrix, Tensor? MatrixBias, Tensor Kernels, Tensor? KernelBias)
{
    /// <summary>K.</summary>
    public long Channels => Matrix.shape[0];

    /// <summary>B×H×W×C → B×H×W×K.</summary>
    public Tensor Apply(Tensor map) => DepthWise(functional.linear(map, Matrix, MatrixBias), Kernels, KernelBias, paddedRows: 1);

    /// <summary>The 1×1 convolution into memory that is there: 1×h×W×C → 1×h×W×K.</summary>
    public void Expand(Tensor map, Tensor target)
    {
        var beta = 0;
        if (MatrixBias is not null)
        {
            target.copy_(MatrixBias.expand(target.shape));
            beta = 1;
        }

        target.view(-1, Channels).addmm_(map.view(-1, Matrix.shape[1]), Matrix.t(), beta, 1);
    }

    /// <summary>The depth-wise convolution without padding above and below: 1×(h+2)×W×K → 1×h×W×K.</summary>
    public Tensor Filter(Tensor expanded) => DepthWise(expanded, Kernels, KernelBias, paddedRows: 0);

    private static Tensor DepthWise(Tensor map, Tensor kernels, Tensor? bias, long paddedRows)
    {
        var samples = kernels.shape[0];
        if (samples == 1)
        {
            return Maps.FromImage(functional.conv2d(Maps.ToImage(map), kernels.squeeze(0), bias, padding: [paddedRows, 1], groups: map.shape[3]));
        }

        // Sample by sample in this layout is faster than all samples as groups of one image.
        var filtered = new Tensor[samples];
        for (var i = 0; i < samples; i++)
        {
            filtered[i] = DepthWise(map.narrow(0, i, 1), kernels.narrow(0, i, 1), bias, paddedRows);
        }

        return cat(filtered, 0);
    }
}
