namespace Tat.Torch.Imaging;

/// <summary>The level of a volume: the intensity that stands for its scale, robust against a few bright voxels.</summary>
public static class IntensityLevel
{
    private const double Share = 0.995;
    private const int Bins = 256;

    /// <summary>The level of an image's volume; where that is unknown or not above 0, the image's own.</summary>
    /// <param name="image">The image.</param>
    /// <returns>The level, in the unit of the image; NaN where no voxel is finite. It may be 0 or negative.</returns>
    public static float Of(ImageSlice image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return image.VolumeLevel is > 0 and var level ? level : Measure(image);
    }

    /// <summary>
    /// Measures the 99.5th percentile of all voxels that are finite: the smallest value that at least 99.5 % of them do not exceed.
    /// </summary>
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

        // Selected byte by byte, from the highest: each time among the voxels that share the bytes found so far. Nothing is sorted or
        // copied.
        var rank = (long)Math.Ceiling(Share * count);
        var (key, known) = (0u, 0u);
        Span<long> counts = stackalloc long[Bins];
        for (var shift = 24; shift >= 0; shift -= 8)
        {
            counts.Clear();
            foreach (var slice in volume)
            {
                Count(slice.Pixels, key, known, shift, counts);
            }

            var selected = 0;
            while (rank > counts[selected])
            {
                rank -= counts[selected++];
            }

            key |= (uint)selected << shift;
            known |= (uint)(Bins - 1) << shift;
        }

        return Value(key);
    }

    private static void Count(float[] pixels, uint key, uint known, int shift, Span<long> counts)
    {
        foreach (var value in pixels)
        {
            var candidate = Key(value);
            if (float.IsFinite(value) && (candidate & known) == key)
            {
                counts[(int)(candidate >> shift) & (Bins - 1)]++;
            }
        }
    }

    /// <summary>The bits of a value, changed so that they have the order of the values.</summary>
    private static uint Key(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return (bits & 0x8000_0000) == 0 ? bits | 0x8000_0000 : ~bits;
    }

    private static float Value(uint key) => BitConverter.UInt32BitsToSingle((key & 0x8000_0000) != 0 ? key & 0x7FFF_FFFF : ~key);
}
