using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using Tat.Torch.Files;
using Tat.Torch.Imaging;

namespace Tat.Torch.Baselines;

/// <summary>
/// Non-local means (Buades, Coll and Morel, CVPR 2005): each pixel becomes the mean of those near it whose surroundings look alike.
/// </summary>
/// <remarks>
/// A pixel weighs e^(−d/h²), where d is the mean squared difference of the two patches and h the strength; patches at the border are
/// completed by reflection.
/// </remarks>
public sealed record NonLocalMeans : IImageFilter
{
    /// <summary>Strength h in the unit of the image, above 0: about the standard deviation of the noise.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not a positive number.</exception>
    public required double Strength
    {
        get;
        init => field = OptionCheck.Positive(value, "filter");
    }

    /// <summary>Radius of the square patches that are compared, in pixels.</summary>
    /// <value>2: patches of 5 × 5; at least 1.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public int PatchRadius
    {
        get;
        init => field = OptionCheck.AtLeast(1, value, "filter");
    } = 2;

    /// <summary>How far off pixels are looked for along each axis, in pixels.</summary>
    /// <value>9: a square of 19 × 19; at least 1.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public int SearchRadius
    {
        get;
        init => field = OptionCheck.AtLeast(1, value, "filter");
    } = 9;

    /// <inheritdoc/>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"Non-local means, {Strength:G3}");

    /// <inheritdoc/>
    public ImageSlice Apply(ImageSlice image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var (height, width) = (image.Height, image.Width);
        var margin = PatchRadius + SearchRadius;

        // Room for whole vectors beyond the last pixel of a row and of its patches.
        var stride = width + (2 * margin) + (2 * Vector<float>.Count);
        var padded = Pad(image.Pixels, height, width, margin, stride);
        var result = new float[image.Pixels.Length];
        Parallel.For(0, height, () => new Row(width, PatchRadius), (y, _, row) =>
        {
            row.Filter(padded, stride, y + margin, margin, SearchRadius, PatchRadius, (float)(Strength * Strength));
            for (var x = 0; x < width; x++)
            {
                result[(y * width) + x] = row.Mean(x);
            }

            return row;
        }, _ => { });
        return new(result, height, width);
    }

    private static float[] Pad(float[] pixels, int height, int width, int margin, int stride)
    {
        var padded = new float[(height + (2 * margin)) * stride];
        for (var y = 0; y < height + (2 * margin); y++)
        {
            var row = pixels.AsSpan(Reflect(y - margin, height) * width, width);
            for (var x = 0; x < stride; x++)
            {
                padded[(y * stride) + x] = row[Reflect(x - margin, width)];
            }
        }

        return padded;
    }

    /// <summary>The place inside an axis that a place outside mirrors.</summary>
    private static int Reflect(int place, int length)
    {
        if (length == 1)
        {
            return 0;
        }

        var period = 2 * (length - 1);
        var inside = ((place % period) + period) % period;
        return Math.Min(inside, period - inside);
    }

    /// <summary>Sums of one row of the result, and memory for its patch distances.</summary>
    private sealed class Row
    {
        private readonly float[] _weights;
        private readonly float[] _sums;
        private readonly float[] _squares;

        public Row(int width, int patchRadius)
        {
            var length = WholeVectors(width);
            (_weights, _sums, _squares) = (new float[length], new float[length], new float[length + WholeVectors(2 * patchRadius)]);
        }

        public float Mean(int x) => _sums[x] / _weights[x];

        public void Filter(float[] image, int stride, int y, int left, int search, int patch, float squaredStrength)
        {
            Array.Clear(_weights);
            Array.Clear(_sums);
            var side = (2 * patch) + 1;
            var scale = new Vector<float>(-1 / (squaredStrength * side * side));
            for (var dy = -search; dy <= search; dy++)
            {
                for (var dx = -search; dx <= search; dx++)
                {
                    SumColumns(image, ((y - patch) * stride) + left - patch, (dy * stride) + dx, stride, side);
                    Accumulate(image.AsSpan(((y + dy) * stride) + left + dx), side, scale);
                }
            }
        }

        private static int WholeVectors(int length) => (length + Vector<float>.Count - 1) / Vector<float>.Count * Vector<float>.Count;

        /// <summary>Squared differences between a row of patches and a shifted one, summed down each column.</summary>
        private void SumColumns(float[] image, int start, int shift, int stride, int side)
        {
            ref var origin = ref MemoryMarshal.GetArrayDataReference(image);
            for (var x = 0; x < _squares.Length; x += Vector<float>.Count)
            {
                var sum = Vector<float>.Zero;
                for (var row = 0; row < side; row++)
                {
                    var place = start + (row * stride) + x;
                    var difference = Vector.LoadUnsafe(ref origin, (nuint)place) - Vector.LoadUnsafe(ref origin, (nuint)(place + shift));
                    sum += difference * difference;
                }

                sum.CopyTo(_squares, x);
            }
        }

        private void Accumulate(ReadOnlySpan<float> values, int side, Vector<float> scale)
        {
            for (var x = 0; x < _weights.Length; x += Vector<float>.Count)
            {
                var distance = Vector<float>.Zero;
                for (var column = 0; column < side; column++)
                {
                    distance += new Vector<float>(_squares, x + column);
                }

                var weight = Vector.Exp(distance * scale);
                (new Vector<float>(_weights, x) + weight).CopyTo(_weights, x);
                (new Vector<float>(_sums, x) + (weight * new Vector<float>(values[x..]))).CopyTo(_sums, x);
            }
        }
    }
}
