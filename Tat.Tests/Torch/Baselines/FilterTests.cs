using CsCheck;
using Tat.Tests.Degradation;
using Tat.Torch.Baselines;
using Tat.Torch.Imaging;
using Tat.Torch.Metrics;
using Tat.Torch.Phantoms;
using Tat.Torch.Tasks;

namespace Tat.Tests.Baselines;

[TestClass]
public sealed class FilterTests
{
    private static readonly Gen<(int Height, int Width, int Seed)> _sizes = Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[0, 1000]);

    private static readonly IImageFilter[] _filters =
    [
        new GaussianSmoothing { Sigma = 1.5 },
        new NonLocalMeans { Strength = 30 },
        new Clipped(new NonLocalMeans { Strength = 30 }, new(-50, 50)),
        new TotalVariation { Strength = 20 },
        new KSpaceConsistentTotalVariation { Strength = 20, Rounds = 2 },
        new Scaled(new TotalVariation { Strength = 0.02 }, ScaleMeasure.Level),
        new Scaled(new NonLocalMeans { Strength = 1 }, ScaleMeasure.Noise),
    ];

    [TestMethod]
    public void A_constant_image_of_any_size_stays_as_it_is() => _sizes.Sample(size =>
    {
        var image = new ImageSlice([.. Enumerable.Repeat(size.Seed + 1f, size.Height * size.Width)], size.Height, size.Width);
        foreach (var filter in _filters)
        {
            var result = filter.Apply(image);
            Assert.AreEqual((size.Height, size.Width), (result.Height, result.Width));
            Assert.IsLessThan(1e-3 * (size.Seed + 1), result.Pixels.Max(value => Math.Abs(value - image[0, 0])), filter.Name);
        }
    }, iter: 30);

    [TestMethod]
    public void Results_stay_between_the_darkest_and_the_brightest_pixel_and_keep_the_mean() => _sizes.Sample(size =>
    {
        var image = TestImages.Random(size.Height, size.Width, size.Seed, -100, 100);
        foreach (var filter in new IImageFilter[] { _filters[0], _filters[1], _filters[3] })
        {
            var result = filter.Apply(image);
            Assert.IsTrue(result.Pixels.All(value => value >= image.Pixels.Min() - 0.01 && value <= image.Pixels.Max() + 0.01),
                filter.Name);
        }

        Assert.AreEqual(image.Pixels.Average(), _filters[3].Apply(image).Pixels.Average(), 0.01);
    }, iter: 30);

    [TestMethod]
    public void Non_local_means_is_the_mean_of_all_pixels_weighted_by_their_patches()
    {
        var image = TestImages.Random(7, 11, 3, 0, 100);
        var filter = new NonLocalMeans { Strength = 40, PatchRadius = 1, SearchRadius = 2 };
        var result = filter.Apply(image);
        for (var row = 0; row < 7; row++)
        {
            for (var column = 0; column < 11; column++)
            {
                var (weights, sum) = (0.0, 0.0);
                for (var dy = -2; dy <= 2; dy++)
                {
                    for (var dx = -2; dx <= 2; dx++)
                    {
                        var distance = Enumerable.Range(0, 9)
                            .Average(i => Math.Pow(At(row + (i / 3) - 1, column + (i % 3) - 1)
                                - At(row + dy + (i / 3) - 1, column + dx + (i % 3) - 1), 2));
                        var weight = Math.Exp(-distance / 1600);
                        weights += weight;
                        sum += weight * At(row + dy, column + dx);
                    }
                }

                Assert.AreEqual(sum / weights, result[row, column], 1e-2);
            }
        }

        double At(int y, int x) => image[Reflect(y, 7), Reflect(x, 11)];
        static int Reflect(int i, int n) => i < 0 ? -i : i >= n ? (2 * (n - 1)) - i : i;
    }

    [TestMethod]
    public void Outside_of_its_range_a_clipped_filter_changes_nothing()
    {
        var image = TestImages.Random(20, 20, 5, -1000, -500);
        CollectionAssert.AreEqual(image.Pixels, new Clipped(new NonLocalMeans { Strength = 30 }, new(-400, 600)).Apply(image).Pixels);
    }

    [TestMethod]
    public void Total_variation_lowers_a_disc_by_its_perimeter_over_its_area()
    {
        // The solution for a disc of radius r is known (Strong and Chan 2003): its height falls by 2λ/r.
        const int Radius = 24;
        var result = new TotalVariation { Strength = 60, Iterations = 800 }.Apply(TestImages.Disc(96, Radius, 100, 0));
        Assert.AreEqual(100 - (2.0 * 60 / Radius), result[48, 48], 0.4);
    }

    [TestMethod]
    [DataRow("PET", 2.0)]
    [DataRow("CT", 0.5)]
    public void The_best_filter_for_a_task_makes_noisy_phantoms_better(string task, double gain)
    {
        var known = TaskVocabulary.Paper[task];
        var pair = new PhantomPairs(known, 1, 128, 11).Read(0);
        double Psnr(ImageSlice image) => ImageQuality.Measure(image, pair.HighQuality, known.MetricWindow).Psnr;
        Assert.IsGreaterThan(Psnr(pair.LowQuality) + gain, StandardFilters.For(known).Max(filter => Psnr(filter.Apply(pair.LowQuality))));
    }

    [TestMethod]
    [DataRow(ScaleMeasure.Level)]
    [DataRow(ScaleMeasure.Noise)]
    public void A_scaled_filter_does_the_same_to_an_image_of_another_scale(ScaleMeasure by)
    {
        var image = TestImages.Random(32, 32, 2, 0, 1);
        var filter = new Scaled(new TotalVariation { Strength = 0.1 }, by);
        var bright = filter.Apply(new([.. image.Pixels.Select(value => 4000 * value)], 32, 32));
        Assert.IsLessThan(1e-2, filter.Apply(image).Pixels.Zip(bright.Pixels, (a, b) => Math.Abs((4000 * a) - b)).Max());
    }

    [TestMethod]
    public void Other_tasks_have_no_tuned_filters_and_impossible_strengths_are_refused()
    {
        Assert.IsEmpty(StandardFilters.For(new("X-ray", "attenuation", "HU", new(0, 1))));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new TotalVariation { Strength = 0 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new NonLocalMeans { Strength = double.NaN });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new NonLocalMeans { Strength = 1, SearchRadius = 0 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new GaussianSmoothing { Sigma = -1 });
    }
}
