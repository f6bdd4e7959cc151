using Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Headers;
using Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Packets;
using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Blocks;

/// <summary>Decodes the bit-planes of code-blocks (annex D). An object serves one code-block after the other.</summary>
internal sealed class BlockDecoder
{
    /// <summary>The most bit-planes that fit into 32 bits with a sign and half a step.</summary>
    private const int MostPlanes = 30;

    /// <summary>The symbol at the end of a bit-plane (section D.5).</summary>
    private const int SegmentationSymbol = 0b1010;

    /// <summary>
    /// By how many bytes a codeword segment may be longer or shorter than what its passes take. Encoders differ by three.
    /// </summary>
    private const int MostSpare = 16;

    private readonly uint[] _contexts = new uint[BlockContexts.Count];
    private byte[] _joined = [];

    /// <summary>The coefficients of the last code-block.</summary>
    public BlockState State { get; } = new();

    /// <summary>Decodes a code-block.</summary>
    /// <param name="block">The code-block.</param>
    /// <param name="band">Its band.</param>
    /// <param name="style">How it is coded.</param>
    /// <param name="shift">By how many bit-planes a region of interest is lifted.</param>
    /// <param name="packets">The packets of the tile.</param>
    /// <exception cref="DicomDataException">It is damaged.</exception>
    public void Decode(CodeBlock block, Band band, BlockStyle style, int shift, ReadOnlySpan<byte> packets)
    {
        var planes = band.BitPlanes + shift - block.MissingPlanes;
        if (block.Passes > CodingPass.CountOf(planes))
        {
            throw Jpeg2000Failure.Damaged();
        }

        if (planes > MostPlanes)
        {
            throw Jpeg2000Failure.Unsupported($"has more than {MostPlanes} bit-planes");
        }

        State.Begin((int)block.Area.Width, (int)block.Area.Height, style.HasFlag(BlockStyle.VerticallyCausal));
        BlockContexts.Reset(_contexts);
        var chunk = 0;
        for (var pass = 0; pass < block.Passes;)
        {
            var end = Math.Min(CodingPass.EndOfSegment(pass, style), block.Passes);
            var segment = Join(block, ref chunk, end - pass, packets);
            if (CodingPass.IsBypassed(pass, style))
            {
                var bits = new PlainBits(segment);
                DecodeSegment(ref bits, band, style, planes, pass, end);
            }
            else
            {
                var bits = new MqDecoder(segment, _contexts);
                DecodeSegment(ref bits, band, style, planes, pass, end);
            }

            pass = end;
        }
    }

    /// <summary>The data of a codeword segment, which may come in several packets.</summary>
    private ReadOnlySpan<byte> Join(CodeBlock block, ref int chunk, int passes, ReadOnlySpan<byte> packets)
    {
        var (first, length) = (chunk, 0);
        for (; passes > 0; chunk++)
        {
            passes -= block.Chunks[chunk].Passes;
            length += block.Chunks[chunk].Length;
        }

        if (chunk == first + 1)
        {
            return packets.Slice(block.Chunks[first].Start, length);
        }

        if (_joined.Length < length)
        {
            _joined = new byte[length];
        }

        var at = 0;
        foreach (var part in block.Chunks[first..chunk])
        {
            packets.Slice(part.Start, part.Length).CopyTo(_joined.AsSpan(at));
            at += part.Length;
        }

        return _joined.AsSpan(0, length);
    }

    private void DecodeSegment<TBits>(ref TBits bits, Band band, BlockStyle style, int planes, int pass, int end)
        where TBits : struct, IBlockBits, allows ref struct
    {
        var contexts = BlockContexts.OfSignificance(band);
        for (; pass < end; pass++)
        {
            var plane = planes - 1 - CodingPass.PlaneOf(pass);
            switch (CodingPass.KindOf(pass))
            {
                case PassKind.Significance:
                    BlockPasses.Significance(State, ref bits, contexts, plane);
                    break;
                case PassKind.Refinement:
                    BlockPasses.Refinement(State, ref bits, plane);
                    break;
                default:
                    BlockPasses.Cleanup(State, ref bits, contexts, plane);
                    CheckSymbol(style, ref bits);
                    break;
            }

            // A pass that needs much more data than there is was not coded so.
            if (bits.Unread < -MostSpare)
            {
                throw Jpeg2000Failure.Damaged();
            }

            if (style.HasFlag(BlockStyle.Reset))
            {
                BlockContexts.Reset(_contexts);
            }
        }

        // Damaged data sends the decoder astray, and it needs more or less than there is.
        if (bits.Unread > MostSpare)
        {
            throw Jpeg2000Failure.Damaged();
        }
    }

    private static void CheckSymbol<TBits>(BlockStyle style, ref TBits bits)
        where TBits : struct, IBlockBits, allows ref struct
    {
        if (!style.HasFlag(BlockStyle.SegmentationSymbols))
        {
            return;
        }

        var symbol = 0;
        for (var i = 0; i < 4; i++)
        {
            symbol = (symbol << 1) | (bits.Decode(BlockContexts.Uniform) ? 1 : 0);
        }

        if (symbol != SegmentationSymbol)
        {
            throw Jpeg2000Failure.Damaged();
        }
    }
}
