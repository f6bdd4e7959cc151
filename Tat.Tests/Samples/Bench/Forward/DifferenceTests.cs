using Tat.Samples.Bench.Forward;

namespace Tat.Tests.Samples.Bench.Forward;

[TestClass]
public sealed class DifferenceTests
{
    [TestMethod]
    public void Tells_the_largest_difference_and_the_ratio_of_all()
    {
        var difference = Difference.Of([0, 0.5f, 1, 0.25f], [0, 0.5f, 0.8f, 0.25f]);
        Assert.AreEqual(0.2, difference.Largest, 1e-7);
        Assert.AreEqual(20, difference.Psnr!.Value, 1e-5);
        Assert.AreEqual(new Difference(0, null), Difference.Of([1, 2], [1, 2]));
    }
}
