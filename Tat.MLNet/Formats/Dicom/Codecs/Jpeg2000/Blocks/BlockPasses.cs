using static Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Blocks.BlockContexts;

namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Blocks;

/// <summary>The coding passes over a bit-plane of a code-block (section D.3).</summary>
internal static class BlockPasses
{
    private const ulong NeighboursOfColumn = Neighbours * EachRow;
    private const ulong SignificantInColumn = Significant * EachRow;
    private const ulong VisitedInColumn = Visited * EachRow;
    private const ulong EachRow = 0x0001_0001_0001_0001;

    /// <summary>Coefficients that are zero so far and have a significant neighbour.</summary>
    public static void Significance<TBits>(BlockState block, ref TBits bits, ReadOnlySpan<byte> contexts, int plane)
        where TBits : struct, IBlockBits, allows ref struct
    {
        var flags = block.Flags;
        for (var top = 0; top < block.Height; top += BlockState.StripeRows)
        {
            var rows = Math.Min(BlockState.StripeRows, block.Height - top);
            var column = FirstColumn(block, top);
            for (var x = 0; x < block.Width; x++, column++)
            {
                if ((flags[column] & NeighboursOfColumn) == 0)
                {
                    continue;
                }

                for (var row = 0; row < rows; row++)
                {
                    var own = (int)(flags[column] >> (row * BlockState.FlagBits)) & 0xFFFF;
                    if ((own & Significant) != 0 || (own & Neighbours) == 0)
                    {
                        continue;
                    }

                    if (bits.Decode(contexts[own & Neighbours]))
                    {
                        block.SetSignificant(column, row, ((top + row) * block.Width) + x, plane, bits.DecodeSign(own));
                    }

                    flags[column] |= (ulong)Visited << (row * BlockState.FlagBits);
                }
            }
        }
    }

    /// <summary>Coefficients that were significant before this bit-plane.</summary>
    public static void Refinement<TBits>(BlockState block, ref TBits bits, int plane)
        where TBits : struct, IBlockBits, allows ref struct
    {
        var flags = block.Flags;
        for (var top = 0; top < block.Height; top += BlockState.StripeRows)
        {
            var rows = Math.Min(BlockState.StripeRows, block.Height - top);
            var column = FirstColumn(block, top);
            for (var x = 0; x < block.Width; x++, column++)
            {
                var all = flags[column];
                if ((all & SignificantInColumn) == 0)
                {
                    continue;
                }

                for (var row = 0; row < rows; row++)
                {
                    var own = (int)(all >> (row * BlockState.FlagBits)) & 0xFFFF;
                    if ((own & (Significant | Visited)) == Significant)
                    {
                        block.Refine(((top + row) * block.Width) + x, plane, bits.Decode(BlockContexts.Refinement(own)));
                        all |= (ulong)Refined << (row * BlockState.FlagBits);
                    }
                }

                flags[column] = all;
            }
        }
    }

    /// <summary>All other coefficients; four at once where nothing is near.</summary>
    public static void Cleanup<TBits>(BlockState block, ref TBits bits, ReadOnlySpan<byte> contexts, int plane)
        where TBits : struct, IBlockBits, allows ref struct
    {
        var flags = block.Flags;
        for (var top = 0; top < block.Height; top += BlockState.StripeRows)
        {
            var rows = Math.Min(BlockState.StripeRows, block.Height - top);
            var column = FirstColumn(block, top);
            for (var x = 0; x < block.Width; x++, column++)
            {
                var row = 0;
                if (flags[column] == 0 && rows == BlockState.StripeRows)
                {
                    if (!bits.Decode(RunLength))
                    {
                        continue;
                    }

                    row = (bits.Decode(Uniform) ? 2 : 0) + (bits.Decode(Uniform) ? 1 : 0);
                    block.SetSignificant(column, row, ((top + row) * block.Width) + x, plane, bits.DecodeSign(0));
                    row++;
                }

                for (; row < rows; row++)
                {
                    var own = (int)(flags[column] >> (row * BlockState.FlagBits)) & 0xFFFF;
                    if ((own & (Significant | Visited)) == 0 && bits.Decode(contexts[own & Neighbours]))
                    {
                        block.SetSignificant(column, row, ((top + row) * block.Width) + x, plane, bits.DecodeSign(own));
                    }
                }

                flags[column] &= ~VisitedInColumn;
            }
        }
    }

    private static int FirstColumn(BlockState block, int top) => (((top / BlockState.StripeRows) + 1) * block.Stride) + 1;
}
