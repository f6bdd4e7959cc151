using System.Numerics;
using Tat.Torch.Numerics;

namespace Tat.Tests.Degradation;

[TestClass]
public sealed class FourierTransformTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(7)]
    [DataRow(8)]
    [DataRow(30)]
    [DataRow(64)]
    [DataRow(101)]
    public void Equals_the_defining_sum_and_inverts(int length)
    {
        var random = new Random(length);
        double[] re = [.. Enumerable.Range(0, length).Select(_ => random.NextDouble() - 0.5)];
        double[] im = [.. Enumerable.Range(0, length).Select(_ => random.NextDouble() - 0.5)];
        var (outRe, outIm) = ((double[])re.Clone(), (double[])im.Clone());
        var transform = new FourierTransform(length);
        transform.Forward(outRe, outIm);
        for (var k = 0; k < length; k++)
        {
            var expected = Enumerable.Range(0, length)
                .Aggregate(Complex.Zero,
                    (sum, n) => sum + (new Complex(re[n], im[n]) * Complex.FromPolarCoordinates(1, -2 * Math.PI * k * n / length)));
            Assert.AreEqual(expected.Real, outRe[k], 1e-12);
            Assert.AreEqual(expected.Imaginary, outIm[k], 1e-12);
        }

        transform.Inverse(outRe, outIm);
        for (var n = 0; n < length; n++)
        {
            Assert.AreEqual(re[n], outRe[n], 1e-13);
            Assert.AreEqual(im[n], outIm[n], 1e-13);
        }
    }
}
