using Tat.Torch.Numerics;
using Tat.Torch.Randomness;

namespace Tat.Tests.Degradation;

[TestClass]
public sealed class NoiseSamplingTests
{
    private const int Draws = 200_000;

    [TestMethod]
    [DataRow(0.3)]
    [DataRow(9.9)]
    [DataRow(10.1)]
    [DataRow(80)]
    [DataRow(50000)]
    public void Poisson_numbers_follow_their_distribution(double mean)
    {
        var random = new RandomStream(1);
        long[] draws = [.. Enumerable.Range(0, Draws).Select(_ => random.NextPoisson(mean))];
        AssertMoments(draws, mean, mean);
        AssertFrequencies(draws, (long)mean, k => (k * Math.Log(mean)) - mean - LogFactorial(k));
    }

    [TestMethod]
    [DataRow(5, 0.0833)]
    [DataRow(100, 0.0833)]
    [DataRow(1000, 0.25)]
    [DataRow(1000, 0.9)]
    public void Binomial_numbers_follow_their_distribution(int trials, double probability)
    {
        var random = new RandomStream(2);
        long[] draws = [.. Enumerable.Range(0, Draws).Select(_ => random.NextBinomial(trials, probability))];
        AssertMoments(draws, trials * probability, trials * probability * (1 - probability));
        AssertFrequencies(draws, (long)(trials * probability), k => LogFactorial(trials) - LogFactorial(k) - LogFactorial(trials - k)
            + (k * Math.Log(probability)) + ((trials - k) * Math.Log(1 - probability)));
    }

    [TestMethod]
    public void Nothing_comes_of_nothing()
    {
        var random = new RandomStream(3);
        Assert.AreEqual(0, random.NextPoisson(0));
        Assert.AreEqual(0, random.NextBinomial(0, 0.5));
        Assert.AreEqual(0, random.NextBinomial(7, 0));
        Assert.AreEqual(7, random.NextBinomial(7, 1));
    }

    [TestMethod]
    public void Normal_numbers_have_the_moments_of_a_normal_distribution()
    {
        var random = new RandomStream(4);
        var values = new double[Draws + 1];
        random.FillNormal(values);
        Assert.AreEqual(0, values.Average(), 0.01);
        Assert.AreEqual(1, values.Average(value => value * value), 0.02);
        Assert.AreEqual(0, values.Average(value => value * value * value), 0.05);
        Assert.AreEqual(3, values.Average(value => value * value * value * value), 0.1);
    }

    private static void AssertMoments(long[] draws, double mean, double variance)
    {
        var actual = draws.Average();
        Assert.AreEqual(mean, actual, 5 * Math.Sqrt(variance / Draws));
        Assert.AreEqual(variance, draws.Average(k => (k - actual) * (k - actual)), 0.02 * variance);
    }

    /// <summary>Counts of the values around the mode lie within five standard errors of what they should be.</summary>
    private static void AssertFrequencies(long[] draws, long centre, Func<long, double> logProbability)
    {
        for (var k = Math.Max(0, centre - 2); k <= centre + 2; k++)
        {
            var expected = Draws * Math.Exp(logProbability(k));
            Assert.AreEqual(expected, draws.Count(draw => draw == k), (5 * Math.Sqrt(expected)) + 1, $"value {k}");
        }
    }

    private static double LogFactorial(long n)
    {
        var sum = 0.0;
        for (var k = 2L; k <= n; k++)
        {
            sum += Math.Log(k);
        }

        return sum;
    }
}
