using System.Runtime.CompilerServices;
using static Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Blocks.BlockContexts;

namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Blocks;

/// <summary>
/// The coefficients of a code-block while it is decoded, in stripes of four rows (figure D.1). The flags of the four coefficients of a
/// column of a stripe are one number, so that what is still zero is passed over at once.
/// </summary>
internal sealed class BlockState
{
    public const int StripeRows = 4;

    /// <summary>Bits of the flags of a coefficient.</summary>
    public const int FlagBits = 16;

    private const uint Negative = 1u << 31;

    /// <summary>A shift that leaves nothing.</summary>
    private const int MostShift = 31;

    /// <summary>A column of a stripe more on each side, and a stripe more above and below.</summary>
    private ulong[] _flags = [];

    /// <summary>Twice the magnitudes, with the middle of what is not yet known, and the sign in the highest bit.</summary>
    private uint[] _values = [];
    private bool _isCausal;

    public int Width { get; private set; }

    public int Height { get; private set; }

    /// <summary>From the flags of a column to those of the one below.</summary>
    public int Stride => Width + 2;

    public ulong[] Flags => _flags;

    /// <summary>Begins a code-block, all zeros.</summary>
    /// <param name="width">Its width.</param>
    /// <param name="height">Its height.</param>
    /// <param name="isCausal">Whether a stripe does not depend on the next one.</param>
    public void Begin(int width, int height, bool isCausal)
    {
        (Width, Height, _isCausal) = (width, height, isCausal);
        Clear(ref _flags, Stride * (((height + StripeRows - 1) / StripeRows) + 2));
        Clear(ref _values, width * height);
    }

    /// <summary>A coefficient that becomes significant.</summary>
    /// <param name="column">Index of the flags of its column.</param>
    /// <param name="row">Its row in the stripe.</param>
    /// <param name="at">Its index.</param>
    /// <param name="plane">The bit-plane.</param>
    /// <param name="isNegative">Its sign.</param>
    public void SetSignificant(int column, int row, int at, int plane, bool isNegative)
    {
        _values[at] = (3u << plane) | (isNegative ? Negative : 0);

        // The flags of three rows, the one above first, in the columns to the left, of the coefficient and to the right.
        var sign = isNegative ? 1 + (1 << ToSign) : 1;
        var left = Rows(SouthEast, East * sign, NorthEast);
        var middle = Rows(South * sign, Significant, North * sign);
        var right = Rows(SouthWest, West * sign, NorthWest);
        if (row == 0)
        {
            Set(column, left >> FlagBits, middle >> FlagBits, right >> FlagBits);
            if (!_isCausal)
            {
                const int ToLastRow = FlagBits * (StripeRows - 1);
                Set(column - Stride, left << ToLastRow, middle << ToLastRow, right << ToLastRow);
            }
        }
        else
        {
            var shift = FlagBits * (row - 1);
            Set(column, left << shift, middle << shift, right << shift);
            if (row == StripeRows - 1)
            {
                const int ToNextStripe = FlagBits * 2;
                Set(column + Stride, left >> ToNextStripe, middle >> ToNextStripe, right >> ToNextStripe);
            }
        }
    }

    /// <summary>Another bit of a significant coefficient.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Refine(int at, int plane, bool bit) => _values[at] += bit ? 1u << plane : 0u - (1u << plane);

    /// <summary>Twice a coefficient, half a step of the last bit-plane that is known included.</summary>
    /// <param name="at">Its index.</param>
    /// <param name="shift">By how many bit-planes a region of interest is lifted, all of whose magnitudes are beyond those of the rest
    /// (annex H).</param>
    public int Twice(int at, int shift)
    {
        var value = _values[at];
        var magnitude = (int)(value & ~Negative);
        shift = Math.Min(shift, MostShift);
        if (magnitude >> 1 >> shift != 0)
        {
            magnitude >>= shift;
        }

        return (value & Negative) != 0 ? -magnitude : magnitude;
    }

    private static ulong Rows(int above, int here, int below) => (uint)(above | (here << FlagBits)) | ((ulong)below << (2 * FlagBits));

    private static void Clear<T>(ref T[] array, int length)
    {
        if (array.Length < length)
        {
            array = new T[length];
        }
        else
        {
            Array.Clear(array, 0, length);
        }
    }

    private void Set(int column, ulong left, ulong middle, ulong right)
    {
        _flags[column - 1] |= left;
        _flags[column] |= middle;
        _flags[column + 1] |= right;
    }
}
