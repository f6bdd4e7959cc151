using static TorchSharp.torch;

namespace Tat.Torch.Model.Layers;

/// <summary>Blocks of one level, one after the other; those of a weight-adaptive stage share its generated kernels.</summary>
internal sealed class Stage : nn.Module
{
    private readonly TransformerBlock[] _blocks;

    public Stage(ParameterSource source, TatNetworkOptions options, int level, int channels, int blocks, bool adaptive)
        : base(nameof(Stage))
    {
        _blocks = [.. Enumerable.Range(0, blocks).Select(_ => new TransformerBlock(source, options, level, channels, adaptive))];
        for (var i = 0; i < blocks; i++)
        {
            register_module($"{i}", _blocks[i]);
        }
    }

    public IReadOnlyList<TransformerBlock> Blocks => _blocks;

    /// <summary>B×H×W×C → B×H×W×C; the input may be overwritten where autograd does not record.</summary>
    public Tensor Apply(Tensor map, StageKernels? kernels = null)
    {
        var current = map;
        foreach (var block in _blocks)
        {
            var next = block.Apply(current, kernels);
            if (!ReferenceEquals(current, map) && !ReferenceEquals(current, next))
            {
                current.Dispose();
            }

            current = next;
        }

        return current;
    }
}
