using Tat.Torch.Imaging;

namespace Tat.Tests.Degradation;

internal static class TestImages
{
    public static ImageSlice Random(int height, int width, int seed, float minimum, float maximum)
    {
        var random = new Random(seed);
        return new([.. Enumerable.Range(0, height * width).Select(_ => minimum + ((maximum - minimum) * random.NextSingle()))], height,
            width);
    }

    /// <summary>A disc of one value in another, <paramref name="radius"/> in pixels.</summary>
    public static ImageSlice Disc(int size, double radius, float inside, float outside) => new(
        [.. Enumerable.Range(0, size * size)
            .Select(i => Math.Pow((i / size) - (size / 2.0), 2) + Math.Pow((i % size) - (size / 2.0), 2) < radius * radius
                ? inside
                : outside)], size, size);

    public static double Deviation(IEnumerable<double> values)
    {
        double[] all = [.. values];
        var mean = all.Average();
        return Math.Sqrt(all.Average(value => (value - mean) * (value - mean)));
    }
}
