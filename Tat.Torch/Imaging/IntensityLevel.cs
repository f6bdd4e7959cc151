namespace Tat.Torch.Imaging;

/// <summary>The level of a volume: the intensity that stands for its scale, robust against a few bright voxels.</summary>
public static class IntensityLevel
{
    private const double Share = 0.995;
    private const int HalfBits = 16;

    /// <summary>Measures the 99.5th percentile of all voxels that are finite: the smallest value that at least 99.5 % of them do not exceed.</summary>
    /// <param name="slices">The slices of the volume, of any sizes.</param>
    /// <returns>The level, in the unit of the slices; NaN where no voxel is finite. It may be 0 or negative.</returns>
    public static float Measure(params IEnumerable<ImageSlice> slices)
    {
        ArgumentNullException.ThrowIfNull(slices);
        ImageSlice[] volume = [.. slices];
        var count = volume.Sum(slice => slice.Pixels.LongCount(float.IsFinite));
        if (count == 0)
        {
            return float.NaN;
        }

        // Selected by the upper half of the ordered bits, then by the lower half among those with the same upper half: no sorting, nothing copied.
        var rank = (long)Math.Ceiling(Share * count);
        var upper = Select(volume, key => (int)(key >> HalfBits), ref rank);
        var lower = Select(volume, key => (int)(key >> HalfBits) == upper ? (int)(key & ushort.MaxValue) : -1, ref rank);
        return Value(((uint)upper << HalfBits) | (uint)lower);
    }

    /// <summary>The bin in which the voxel of a rank (from 1) falls; the rank becomes the one within that bin. A bin of −1 counts for nothing.</summary>
    private static int Select(ImageSlice[] volume, Func<uint, int> binOf, ref long rank)
    {
        var counts = new long[1 << HalfBits];
        foreach (var slice in volume)
        {
            foreach (var value in slice.Pixels)
            {
                if (float.IsFinite(value) && binOf(Key(value)) is >= 0 and var bin)
                {
                    counts[bin]++;
                }
            }
        }

        var selected = 0;
        while (rank > counts[selected])
        {
            rank -= counts[selected++];
        }

        return selected;
    }

    /// <summary>The bits of a value, changed so that they have the order of the values.</summary>
    private static uint Key(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return (bits & 0x8000_0000) == 0 ? bits | 0x8000_0000 : ~bits;
    }

    private static float Value(uint key) => BitConverter.UInt32BitsToSingle((key & 0x8000_0000) != 0 ? key & 0x7FFF_FFFF : ~key);
}
