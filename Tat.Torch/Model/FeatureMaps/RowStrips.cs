using Tat.Torch.Runtime;
using static TorchSharp.torch;

namespace Tat.Torch.Model.FeatureMaps;

/// <summary>Filters a normalised map with filter banks, strip of rows by strip of rows.</summary>
/// <remarks>
/// The hidden features of a map are several times as large as the map. In strips they stay in the cache and in memory that the allocator
/// has at hand, where whole maps would cost a page fault for every 4 KiB. Each core takes a band of the map, whose strips come from above
/// to below; the rows that they share are computed once. Where autograd records, it needs the hidden features anyway, and the whole map is
/// one strip.
/// </remarks>
internal sealed class RowStrips
{
    // Of hidden features per strip: measured best between what a cache holds and what keeps matrix products efficient.
    private const long Bytes = 2 << 20;

    private readonly Tensor _map;
    private readonly Func<Tensor, Tensor> _normalize;
    private readonly FilterBank[] _banks;
    private readonly int _height;

    /// <summary>Prepares the strips of a map.</summary>
    /// <param name="mode">How the network runs.</param>
    /// <param name="map">B×H×W×C.</param>
    /// <param name="normalize">Applied to rows before the banks.</param>
    /// <param name="banks">The filter banks.</param>
    public RowStrips(RunMode mode, Tensor map, Func<Tensor, Tensor> normalize, params FilterBank[] banks)
    {
        (_map, _normalize, _banks) = (map, normalize, [.. banks.Select(bank => bank.InputsFirst())]);
        _height = (int)map.shape[1];
        IsCut = mode.InStrips;
        Bands = FeatureMaps.Bands.CountFor(mode, map);
        var rowBytes = map.shape[2] * banks.Sum(bank => bank.Channels) * map.element_size();
        Rows = IsCut ? (int)Math.Max(2, Bytes / rowBytes) : _height;
    }

    /// <summary>Whether there may be several strips, each with the rows above and below it.</summary>
    public bool IsCut { get; }

    /// <summary>How many bands of strips are run at the same time.</summary>
    public int Bands { get; }

    /// <summary>About the rows of a strip.</summary>
    public int Rows { get; }

    /// <summary>
    /// Gives the expanded rows of the map, each strip in a dispose scope of its own: those of a band from above to below, bands at the same
    /// time.
    /// </summary>
    /// <param name="consume">Receives each strip; rows that it has received may be overwritten in the map.</param>
    public void ForEach(Action<Strip> consume)
    {
        if (!IsCut)
        {
            using var scope = NewDisposeScope();
            var normalized = _normalize(_map);
            consume(new(0, 0, _height, _banks, [.. _banks.Select(bank => bank.Expand(normalized))], PaddedRows: 1));
            return;
        }

        // The rows at the borders between bands, as they are before anybody overwrites them.
        using var bordering = NewDisposeScope();
        var borders = Enumerable.Range(1, Bands - 1).Select(band => _map.narrow(1, Begin(band) - 1, 2).clone()).ToArray();
        ComputeThreads.Share(Bands, band => ForEach(
            band, band == 0 ? null : borders[band - 1].narrow(1, 0, 1), band == Bands - 1 ? null : borders[band].narrow(1, 1, 1), consume));
    }

    /// <summary>Gives stretches of rows as long as strips, bands at the same time; those of a band from above to below.</summary>
    public void ForEachRows(Action<WindowAxis.Cell> consume)
    {
        if (!IsCut)
        {
            consume(new(0, _height));
            return;
        }

        ComputeThreads.Share(Bands, band =>
        {
            for (var start = Begin(band); start < Begin(band + 1); start += Rows)
            {
                using var scope = NewDisposeScope();
                consume(new(start, Math.Min(Rows, Begin(band + 1) - start)));
            }
        });
    }

    /// <summary>The first row of a band.</summary>
    private int Begin(int band) => FeatureMaps.Bands.Begin(_height, Bands, band);

    private void ForEach(int band, Tensor? above, Tensor? below, Action<Strip> consume)
    {
        // Strips of even size; rows 0 and rows + 1 of a buffer are the neighbours above and below.
        var (begin, end) = (Begin(band), Begin(band + 1));
        var strips = Math.Max(1, (end - begin) / Rows);
        var rows = (end - begin + strips - 1) / strips;
        var buffers = _banks.Select(bank => empty([1, rows + 2, _map.shape[2], bank.Channels], _map.dtype, _map.device)).ToArray();
        for (var start = begin; start < end; start += rows)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(rows, end - start);
            if (start == begin)
            {
                Expand(above, buffers, 0);
                Expand(_map.narrow(1, start, Math.Min(count + 1, end - start)), buffers, 1);
            }
            else
            {
                foreach (var buffer in buffers)
                {
                    buffer.narrow(1, 0, 2).copy_(buffer.narrow(1, rows, 2));
                }

                if (start + 1 < end)
                {
                    Expand(_map.narrow(1, start + 1, Math.Min(count, end - start - 1)), buffers, 2);
                }
            }

            if (start + count == end)
            {
                Expand(below, buffers, count + 1);
            }

            consume(new(band, start, count, _banks, [.. buffers.Select(buffer => buffer.narrow(1, 0, count + 2))], PaddedRows: 0));
        }
    }

    /// <summary>Normalises and expands rows into buffers; beyond the map there are zeros.</summary>
    private void Expand(Tensor? rows, Tensor[] buffers, int at)
    {
        var normalized = rows is null ? null : _normalize(rows);
        foreach (var (bank, buffer) in _banks.Zip(buffers))
        {
            if (normalized is null)
            {
                buffer.narrow(1, at, 1).zero_();
            }
            else
            {
                bank.Expand(normalized, buffer.narrow(1, at, normalized.shape[1]));
            }
        }
    }

    /// <summary>Rows to be filtered.</summary>
    /// <param name="Band">The band that they belong to.</param>
    /// <param name="Start">The first row.</param>
    /// <param name="Count">Number of rows.</param>
    /// <param name="Banks">The filter banks.</param>
    /// <param name="Expanded">For each bank B×h×W×K, with a row above and one below where none are padded.</param>
    /// <param name="PaddedRows">How many rows of zeros the filters see above and below.</param>
    public readonly record struct Strip(int Band, int Start, int Count, FilterBank[] Banks, Tensor[] Expanded, int PaddedRows)
    {
        /// <summary>The filtered rows of a bank: B×Count×W×K.</summary>
        /// <param name="bank">Index of the bank.</param>
        /// <param name="target">Memory for them, or none.</param>
        public Tensor Filter(int bank, Tensor? target = null) => Banks[bank].Filter(Expanded[bank], PaddedRows, target);

        /// <summary>gelu(first) · second of two banks: B×Count×W×K.</summary>
        public Tensor Gate() => FilterBank.Gate(Banks[0], Expanded[0], Banks[1], Expanded[1], PaddedRows);
    }
}
