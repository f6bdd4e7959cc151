using System.Numerics;
using Tat.Torch.Degradation;
using Tat.Torch.Imaging;

namespace Tat.Tests.Degradation;

[TestClass]
public sealed class MriKSpaceCropTests
{
    [TestMethod]
    [DataRow(16, 16, 4.0)]
    [DataRow(15, 22, 4.0)]
    [DataRow(21, 8, 2.0)]
    [DataRow(12, 12, 1.5)]
    [DataRow(3, 2, 4.0)]
    public void Equals_the_definition_for_any_size(int height, int width, double factor)
    {
        var image = TestImages.Random(height, width, 5, 0, 1000);
        var actual = new MriKSpaceCrop { Factor = factor }.Degrade(image);
        var expected = ByDefinition(image, Math.Max(1, (int)(height / factor)), Math.Max(1, (int)(width / factor)));
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], actual.Pixels[i], 1e-3);
        }
    }

    [TestMethod]
    public void A_factor_of_one_and_a_constant_image_change_nothing()
    {
        var image = TestImages.Random(9, 12, 6, 0, 1000);
        var same = new MriKSpaceCrop { Factor = 1 }.Degrade(image);
        var constant = new MriKSpaceCrop().Degrade(new([.. Enumerable.Repeat(7f, 63)], 7, 9));
        Assert.IsTrue(image.Pixels.Zip(same.Pixels).All(pair => Math.Abs(pair.First - pair.Second) < 1e-3));
        Assert.IsTrue(constant.Pixels.All(value => Math.Abs(value - 7) < 1e-4));
    }

    [TestMethod]
    public void An_edge_rings()
    {
        var step = new ImageSlice([.. Enumerable.Range(0, 64 * 64).Select(i => i % 64 is >= 16 and < 48 ? 1000f : 0f)], 64, 64);
        var degraded = new MriKSpaceCrop().Degrade(step);
        Assert.IsGreaterThan(1050, degraded.Pixels.Max());
    }

    [TestMethod]
    public void A_factor_below_one_and_a_pixel_that_is_not_finite_are_refused()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new MriKSpaceCrop { Factor = 0.5 });
        var error = Assert.ThrowsExactly<ArgumentException>(() => new MriKSpaceCrop().Degrade(new([0, 1, 2, float.NaN], 2, 2)));
        StringAssert.Contains(error.Message, "row 1, column 1");
    }

    /// <summary>|IFFT2(ifftshift(crop(fftshift(FFT2(x)))))| by direct sums.</summary>
    private static double[] ByDefinition(ImageSlice image, int keptRows, int keptColumns)
    {
        var (height, width) = (image.Height, image.Width);
        var result = new Complex[height * width];
        for (var v = -(keptRows / 2); v < keptRows - (keptRows / 2); v++)
        {
            for (var u = -(keptColumns / 2); u < keptColumns - (keptColumns / 2); u++)
            {
                var sum = Complex.Zero;
                for (var i = 0; i < image.Pixels.Length; i++)
                {
                    sum += image.Pixels[i] * Wave(-1, v, u, i);
                }

                for (var i = 0; i < result.Length; i++)
                {
                    result[i] += sum * Wave(1, v, u, i) / result.Length;
                }
            }
        }

        return [.. result.Select(value => value.Magnitude)];

        Complex Wave(int sign, int v, int u, int i) =>
            Complex.FromPolarCoordinates(1, sign * 2 * Math.PI * (((double)v * (i / width) / height) + ((double)u * (i % width) / width)));
    }
}
