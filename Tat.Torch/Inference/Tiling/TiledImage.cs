using Tat.Torch.Model;
using Tat.Torch.Runtime;
using static TorchSharp.torch;

namespace Tat.Torch.Inference.Tiling;

/// <summary>Restores one image tile by tile, with the kernels of the whole image for every tile.</summary>
/// <remarks>
/// A first pass through the encoder reads the task representation, tile by tile, each pixel once; a second pass restores the tiles, which
/// are blended with Gaussian weights. What differs from the whole image: features near a tile's border see zeros beyond it, and attention
/// windows lie differently. What would differ most, kernels that change from tile to tile, does not.
/// </remarks>
internal sealed class TiledImage(TatNetwork network, PaddedSize size, int tile, int overlap)
{
    // Of a tile's work: the encoder reads it for the representation, then the whole network restores it.
    private const double RepresentationShare = 1 / 3.0;

    private readonly TileAxis _rows = new(size.Height, tile, overlap);
    private readonly TileAxis _columns = new(size.Width, tile, overlap);

    /// <summary>Replaces a normalised image by the restored one. Other images may be restored between its tiles.</summary>
    /// <param name="image">The image.</param>
    /// <param name="report">Is told, after each tile, which share of the image's work that was.</param>
    /// <param name="cancellationToken">Stops between tiles.</param>
    public void Run(Memory<float> image, Action<double> report, CancellationToken cancellationToken)
    {
        var representation = network.Options.WeightGeneration ? RepresentationShare : 0;
        var tiles = _rows.Starts.Length * _columns.Starts.Length;
        using var kernels = ComputeRepresentation(image, () => report(representation / tiles), cancellationToken);
        var restored = new float[image.Length];
        ForEachTile(() => report((1 - representation) / tiles), cancellationToken, (i, j) =>
        {
            var output = network.forward(Cut(image.Span, i, j), kernels).cpu().contiguous();
            Blend(output.data<float>().ToArray(), _rows.Starts[i], _columns.Starts[j], restored);
        });
        Normalize(restored, image.Span);
    }

    private TaskKernels ComputeRepresentation(ReadOnlyMemory<float> image, Action tileDone, CancellationToken cancellationToken)
    {
        var kernels = new TaskKernels();
        if (!network.Options.WeightGeneration)
        {
            return kernels;
        }

        float[]? sums = null;
        ForEachTile(tileDone, cancellationToken, (i, j) =>
        {
            var (top, bottom) = _rows.Share(i);
            var (left, right) = _columns.Share(j);
            var part = network.SumRepresentation(Cut(image.Span, i, j), top - _rows.Starts[i], bottom - _rows.Starts[i],
                left - _columns.Starts[j], right - _columns.Starts[j]);
            var values = part.cpu().data<float>().ToArray();
            sums = sums is null ? values : [.. sums.Zip(values, (a, b) => a + b)];
        });
        ComputeThreads.Run(network.Device, () =>
        {
            using var inference = inference_mode();
            using var scope = NewDisposeScope();
            kernels = network.FinishRepresentation(tensor(sums!, [1, sums!.Length], device: network.Device), size.Height, size.Width)
                .MoveToOuterDisposeScope();
        }, cancellationToken);
        return kernels;
    }

    private void ForEachTile(Action tileDone, CancellationToken cancellationToken, Action<int, int> action)
    {
        for (var i = 0; i < _rows.Starts.Length; i++)
        {
            for (var j = 0; j < _columns.Starts.Length; j++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var (row, column) = (i, j);
                ComputeThreads.Run(network.Device, () =>
                {
                    using var inference = inference_mode();
                    using var scope = NewDisposeScope();
                    action(row, column);
                }, cancellationToken, (long)size.Height * size.Width);
                tileDone();
            }
        }
    }

    /// <summary>A tile as 1×1×H×W on the network's device.</summary>
    private Tensor Cut(ReadOnlySpan<float> image, int i, int j)
    {
        var pixels = new float[_rows.Tile * _columns.Tile];
        for (var y = 0; y < _rows.Tile; y++)
        {
            image.Slice(((_rows.Starts[i] + y) * size.Width) + _columns.Starts[j], _columns.Tile).CopyTo(pixels.AsSpan(y * _columns.Tile));
        }

        return tensor(pixels, [1, 1, _rows.Tile, _columns.Tile], device: network.Device);
    }

    private void Blend(ReadOnlySpan<float> restoredTile, int top, int left, Span<float> image)
    {
        for (var y = 0; y < _rows.Tile; y++)
        {
            var source = restoredTile.Slice(y * _columns.Tile, _columns.Tile);
            var target = image.Slice(((top + y) * size.Width) + left, _columns.Tile);
            for (var x = 0; x < source.Length; x++)
            {
                target[x] += _rows.Weights[y] * _columns.Weights[x] * source[x];
            }
        }
    }

    /// <summary>Divides by the sum of weights, which is a product over the axes.</summary>
    private void Normalize(ReadOnlySpan<float> weighted, Span<float> image)
    {
        var (rowSums, columnSums) = (_rows.WeightSums(), _columns.WeightSums());
        for (var y = 0; y < size.Height; y++)
        {
            for (var x = 0; x < size.Width; x++)
            {
                image[(y * size.Width) + x] = weighted[(y * size.Width) + x] / (rowSums[y] * columnSums[x]);
            }
        }
    }
}
