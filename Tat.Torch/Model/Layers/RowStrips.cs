using static TorchSharp.torch;

namespace Tat.Torch.Model.Layers;

/// <summary>Filters a normalised map with filter banks, strip of rows by strip of rows.</summary>
/// <remarks>
/// The hidden features of a map are several times as large as the map. In strips they stay in the cache and in memory that the allocator
/// has at hand, where whole maps would cost a page fault for every 4 KiB. The rows that two strips share are computed once. Where autograd records,
/// it needs the hidden features anyway, and the whole map is one strip.
/// </remarks>
internal static class RowStrips
{
    // Of hidden features per strip: measured best between what a cache holds and what keeps matrix products efficient.
    private const long Bytes = 8 << 20;

    /// <summary>Whether a map may be overwritten and run in strips: one image on the CPU that autograd does not watch.</summary>
    public static bool Streams(Tensor map) => !is_grad_enabled() && map.shape[0] == 1 && map.device_type == TorchSharp.DeviceType.CPU;

    /// <summary>Gives the filtered rows of a map, from above to below, each strip in a dispose scope of its own.</summary>
    /// <param name="map">B×H×W×C.</param>
    /// <param name="normalize">Applied to rows before the banks.</param>
    /// <param name="banks">The filter banks.</param>
    /// <param name="consume">Receives each strip; rows that it has received may be overwritten in the map.</param>
    public static void ForEach(Tensor map, Func<Tensor, Tensor> normalize, FilterBank[] banks, Action<Strip> consume)
    {
        var (height, width) = ((int)map.shape[1], map.shape[2]);
        var rowBytes = width * banks.Sum(bank => bank.Channels) * map.element_size();
        var rows = (int)Math.Max(2, Bytes / rowBytes);
        if (!Streams(map) || height <= rows)
        {
            using var scope = NewDisposeScope();
            var normalized = normalize(map);
            consume(new(0, height, [.. banks.Select(bank => bank.Apply(normalized))]));
            return;
        }

        // Strips of even size; rows 0 and rows + 1 of a buffer are the neighbours above and below.
        rows = Math.Max(2, (height + (height / rows) - 1) / (height / rows));
        var buffers = banks.Select(bank => empty([1, rows + 2, width, bank.Channels], map.dtype, map.device)).ToArray();
        for (var start = 0; start < height; start += rows)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(rows, height - start);
            var first = start == 0 ? 0 : start + 1;
            var end = Math.Min(start + count + 1, height);
            var normalized = first < end ? normalize(map.narrow(1, first, end - first)) : null;
            consume(new(start, count, [.. banks.Zip(buffers, (bank, buffer) => Filter(bank, buffer, normalized, start, count, height))]));
        }

        foreach (var buffer in buffers)
        {
            buffer.Dispose();
        }
    }

    /// <summary>Fills a buffer with rows start − 1 … start + count of the expanded map, and filters it while the cache has it; the first two rows are left from the strip before.</summary>
    private static Tensor Filter(FilterBank bank, Tensor buffer, Tensor? normalized, int start, int count, int height)
    {
        var isFirst = start == 0;
        if (isFirst)
        {
            buffer.narrow(1, 0, 1).zero_();
        }
        else
        {
            buffer.narrow(1, 0, 2).copy_(buffer.narrow(1, buffer.shape[1] - 2, 2));
        }

        if (normalized is not null)
        {
            bank.Expand(normalized, buffer.narrow(1, isFirst ? 1 : 2, normalized.shape[1]));
        }

        if (start + count == height)
        {
            buffer.narrow(1, count + 1, 1).zero_();
        }

        return bank.Filter(buffer.narrow(1, 0, count + 2));
    }

    /// <summary>Filtered rows.</summary>
    /// <param name="Start">The first row.</param>
    /// <param name="Count">Number of rows.</param>
    /// <param name="Filtered">For each bank B×Count×W×K.</param>
    public readonly record struct Strip(int Start, int Count, Tensor[] Filtered);
}
