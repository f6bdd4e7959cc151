namespace Tat.Torch.Model.Recording;

/// <summary>Copies pixels from one layout to another.</summary>
internal static unsafe class PixelCopies
{
    /// <summary>Copies some channels of pixels.</summary>
    /// <param name="from">The first channel of the first pixel.</param>
    /// <param name="fromStep">Stride from pixel to pixel, in floats.</param>
    /// <param name="to">Where the copies go.</param>
    /// <param name="toStep">Their stride, in floats.</param>
    /// <param name="channels">How many channels.</param>
    /// <param name="pixels">How many pixels.</param>
    public static void Copy(float* from, int fromStep, float* to, int toStep, int channels, int pixels)
    {
        if (fromStep == channels && toStep == channels)
        {
            Buffer.MemoryCopy(from, to, (nint)pixels * channels * sizeof(float), (nint)pixels * channels * sizeof(float));
            return;
        }

        for (var pixel = 0; pixel < pixels; pixel++, from += fromStep, to += toStep)
        {
            new Span<float>(from, channels).CopyTo(new(to, channels));
        }
    }

    /// <summary>Between H×W×(C·n²), whose channels are c·n² + y·n + x, and Hn×Wn×C, the layouts of a pixel shuffle.</summary>
    /// <param name="folded">H×W×(C·n²).</param>
    /// <param name="unfolded">Hn×Wn×C.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <param name="channels">C.</param>
    /// <param name="factor">n.</param>
    /// <param name="unfolds">Which is made of which.</param>
    public static void Shuffle(float* folded, float* unfolded, int height, int width, int channels, int factor, bool unfolds)
    {
        var square = factor * factor;
        for (var y = 0; y < height * factor; y++)
        {
            for (var x = 0; x < width * factor; x++, unfolded += channels)
            {
                var at = folded + ((((nint)(y / factor) * width) + (x / factor)) * channels * square) + (y % factor * factor)
                    + (x % factor);
                for (var c = 0; c < channels; c++, at += square)
                {
                    if (unfolds)
                    {
                        unfolded[c] = *at;
                    }
                    else
                    {
                        *at = unfolded[c];
                    }
                }
            }
        }
    }
}
