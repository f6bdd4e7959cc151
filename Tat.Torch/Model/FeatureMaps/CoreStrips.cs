using Tat.Torch.Runtime;
using Tat.Torch.Simd;
using static TorchSharp.torch;

namespace Tat.Torch.Model.FeatureMaps;

/// <summary>Expands and filters a map in strips that fit the cache of a core, with SIMD loops alone.</summary>
/// <remarks>
/// A strip is some rows of a piece of the map. The strips of a piece come from above to below and share the hidden features of the rows
/// between them; those of the columns between pieces are computed twice.
/// </remarks>
internal static unsafe class CoreStrips
{
    // Of hidden features, measured best: what a core's own cache about holds.
    private const int Bytes = 512 << 10;
    private const int LeastColumns = 16;

    /// <summary>Of a strip.</summary>
    public const int Rows = 2;

    /// <summary>Whether a map can go this way.</summary>
    /// <param name="mode">How the network runs.</param>
    /// <param name="map">1×H×W×C.</param>
    /// <param name="banks">The filter banks.</param>
    public static bool Fit(RunMode mode, Tensor map, params FilterBank[] banks) =>
        mode.UsesSimd && map.is_contiguous() && map.shape[2] >= RegisterBlocks.Rows
        && map.shape[3] % MatrixPanels.Width == 0 && banks.All(bank => bank.FitsSimd);

    /// <summary>How a map is cut.</summary>
    public static Grid GridOf(Tensor map, params FilterBank[] banks) =>
        new((int)map.shape[1], (int)map.shape[2], ColumnsFor((int)banks.Sum(bank => bank.Channels)));

    /// <summary>About the columns of a strip with so many hidden features.</summary>
    public static int ColumnsFor(int hidden) => Math.Max(LeastColumns, (Bytes / ((Rows + 2) * hidden * sizeof(float))) - 2);

    /// <summary>Gives the strips of all pieces, pieces at the same time.</summary>
    /// <param name="map">1×H×W×C.</param>
    /// <param name="scale">C: of the normalisation that comes before the banks.</param>
    /// <param name="shift">C, or none: then the mean stays in the map.</param>
    /// <param name="grid">How the map is cut.</param>
    /// <param name="scratch">Floats of scratch memory that the receiver needs for each pixel of a strip.</param>
    /// <param name="more">Floats beyond those.</param>
    /// <param name="consume">Receives each strip; must not change the map.</param>
    /// <param name="banks">The filter banks.</param>
    public static void ForEach(
        Tensor map, Tensor scale, Tensor? shift, Grid grid, int scratch, int more, Action<Strip> consume, params FilterBank[] banks)
    {
        float* source = map.Pointer(), scales = scale.Pointer(), shifts = shift is null ? null : shift.Pointer();
        var (height, width, channels) = ((int)map.shape[1], (int)map.shape[2], (int)map.shape[3]);
        var matrices = banks.Select(bank => (nint)bank.Pack().Pointer()).ToArray();
        ComputeThreads.Share(grid.Pieces, piece =>
        {
            // With the columns beside the piece; rows 0 and rows + 1 of a buffer are the neighbours above and below.
            var (rows, columns) = grid[piece];
            var left = Math.Max(0, columns.Start - 1);
            var wide = Math.Min(width, columns.Start + columns.Length + 1) - left;
            var most = Math.Min(Rows, rows.Length);
            var normalized = NewFloats((most + 2) * wide * channels);
            var buffers = new nint[banks.Length];
            for (var i = 0; i < banks.Length; i++)
            {
                buffers[i] = (nint)NewFloats((most + 2) * wide * (int)banks[i].Channels);
            }

            var results = NewFloats((most * columns.Length * scratch) + more);
            var end = rows.Start + rows.Length;
            for (var start = rows.Start; start < end; start += most)
            {
                var count = Math.Min(most, end - start);
                var known = start == rows.Start ? 0 : 2;
                var (first, last) = (Math.Max(0, start - 1 + known), Math.Min(height, start + count + 1));
                var at = first - (start - 1);
                for (var y = first; y < last; y++)
                {
                    PixelRows.Normalize(source + ((((nint)y * width) + left) * channels), wide, channels, scales, shifts,
                        normalized + ((nint)(y - first) * wide * channels));
                }

                for (var i = 0; i < banks.Length; i++)
                {
                    var row = (nint)wide * (int)banks[i].Channels;
                    var buffer = (float*)buffers[i];
                    if (known > 0)
                    {
                        Move(buffer + (most * row), buffer, 2 * row);
                    }

                    // Beyond the map there are zeros.
                    Clear(buffer + (known * row), (at - known) * row);
                    Clear(buffer + ((at + last - first) * row), (count + 2 - (at + last - first)) * row);
                    if (last > first)
                    {
                        MatrixProducts.Multiply(normalized, (last - first) * wide, channels, (float*)matrices[i], (int)banks[i].Channels,
                            buffer + (at * row));
                    }
                }

                consume(new(piece, new(start, count), columns, new(count, wide, columns.Start - left, columns.Length), banks, buffers,
                    results));
            }
        });

        static void Move(float* from, float* to, nint count) => Buffer.MemoryCopy(from, to, count * sizeof(float), count * sizeof(float));

        static void Clear(float* from, nint count) => new Span<float>(from, (int)count).Clear();
    }

    /// <summary>Memory that lives as long as the dispose scope.</summary>
    private static float* NewFloats(int count) => empty(count).Pointer();

    /// <summary>Pixels to be filtered.</summary>
    /// <param name="piece">The piece that they belong to.</param>
    /// <param name="rows">Their rows.</param>
    /// <param name="columns">Their columns.</param>
    /// <param name="rectangle">Where they are in the buffers.</param>
    /// <param name="banks">The filter banks.</param>
    /// <param name="buffers">For each bank its expanded pixels.</param>
    /// <param name="scratch">Memory for results.</param>
    public readonly struct Strip(int piece, WindowAxis.Cell rows, WindowAxis.Cell columns, DepthWiseRows.Rectangle rectangle,
        FilterBank[] banks, nint[] buffers, float* scratch)
    {
        public readonly int Piece = piece;
        public readonly WindowAxis.Cell Rows = rows;
        public readonly WindowAxis.Cell Columns = columns;
        public readonly DepthWiseRows.Rectangle Rectangle = rectangle;
        public readonly float* Scratch = scratch;

        /// <summary>Number of pixels.</summary>
        public int Pixels => Rows.Length * Columns.Length;

        /// <summary>The filtered pixels of a bank.</summary>
        /// <param name="bank">Index of the bank.</param>
        /// <param name="target">rows×columns×K.</param>
        /// <param name="targetRow">Row stride of the target, in floats.</param>
        public void Filter(int bank, float* target, nint targetRow) =>
            DepthWiseRows.Filter(Bank(bank), Rectangle, (int)banks[bank].Channels, target, targetRow);

        /// <summary>gelu(first) · second of two banks.</summary>
        /// <param name="target">rows×columns×K.</param>
        public void Gate(float* target) => DepthWiseRows.FilterAndGate(Bank(0), Bank(1), Rectangle, (int)banks[0].Channels, target);

        private DepthWiseRows.Bank Bank(int bank) => new((float*)buffers[bank], banks[bank].Taps, null);
    }
}
