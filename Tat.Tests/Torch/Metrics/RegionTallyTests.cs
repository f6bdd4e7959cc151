using CsCheck;
using Tat.Tests.Degradation;
using Tat.Torch.Imaging;
using Tat.Torch.Metrics;
using Tat.Torch.Tasks;

namespace Tat.Tests.Metrics;

[TestClass]
public sealed class RegionTallyTests
{
    [TestMethod]
    public void Regions_are_what_all_pixels_of_a_label_show() =>
        Gen.Select(Gen.Int[1, 9], Gen.Int[1, 9], Gen.Int[1, 3], Gen.Int[0, 1000]).Sample((rows, columns, slices, seed) =>
        {
            var tally = new RegionTally();
            var all = new List<(int Slice, int Label, double Image, double Reference)>();
            for (var slice = 0; slice < slices; slice++)
            {
                var image = TestImages.Random(rows, columns, seed + slice, -50, 50);
                var reference = TestImages.Random(rows, columns, seed + slice + 100, -50, 50);
                var labels = TestImages.Random(rows, columns, seed + slice + 200, -1.4f, 2.4f);
                labels = new([.. labels.Pixels.Select(value => MathF.Round(value))], rows, columns);
                tally.Add(image, reference, labels);
                all.AddRange(Enumerable.Range(0, rows * columns)
                    .Select(i => (slice, (int)labels.Pixels[i], (double)image.Pixels[i], (double)reference.Pixels[i])));
            }

            var expected = all.Where(pixel => pixel.Label != 0).GroupBy(pixel => pixel.Label).OrderBy(region => region.Key).ToList();
            CollectionAssert.AreEqual(expected.Select(region => region.Key).ToArray(), tally.Regions.Select(one => one.Label).ToArray());
            foreach (var (region, score) in expected.Zip(tally.Regions))
            {
                Assert.AreEqual(region.Count(), score.Pixels);
                Assert.AreEqual(region.CountBy(pixel => pixel.Slice).Max(slice => slice.Value), score.LargestSection);
                Assert.AreEqual(region.Average(pixel => pixel.Image), score.Mean, 1e-9);
                Assert.AreEqual(region.Average(pixel => pixel.Image) - region.Average(pixel => pixel.Reference), score.Bias, 1e-9);
                Assert.AreEqual(region.Max(pixel => pixel.Image), score.Maximum);
                Assert.AreEqual(region.Max(pixel => pixel.Reference), score.ReferenceMaximum);
            }
        }, iter: 50);

    [TestMethod]
    public void Pixels_without_a_value_are_left_out_and_a_region_of_nothing_else_is_none()
    {
        var tally = new RegionTally();
        tally.Add(new([1, float.NaN, 3, float.NaN], 2, 2), new([1, 2, float.PositiveInfinity, 4], 2, 2), new([1, 1, 1, 2], 2, 2));
        Assert.AreEqual(new RegionScore(1, 1, 1, 1, 1, 1, 1), tally.Regions.Single());
    }

    [TestMethod]
    [DataRow(0.5f)]
    [DataRow(float.NaN)]
    [DataRow(1e30f)]
    public void A_label_is_a_whole_number(float label)
    {
        var image = new ImageSlice([0, 0], 1, 2);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() =>
            new RegionTally().Add(image, image, new([1, label], 1, 2))).Message, "column 1; labels are whole numbers");
        Assert.ThrowsExactly<ArgumentException>(() => new RegionTally().Add(image, image, new([1], 1, 1)));
    }

    [TestMethod]
    public void Bounds_are_those_of_the_task_and_of_lesions_their_maximum()
    {
        static string? Check(RestorationTask task, string name, double mean, double maximum, double? spacing = 1) =>
            RegionBounds.Check(task, name, new(1, 100, 100, mean, 100, maximum, 200), spacing);
        Assert.AreEqual("", Check(RestorationTask.Ct, "liver", 100.9, 300));
        Assert.AreEqual("the mean is off by −1.2 HU, more than 1 HU", Check(RestorationTask.Ct, "liver", 98.8, 200));
        Assert.AreEqual("", Check(RestorationTask.Pet, "liver", 101.9, 300));
        Assert.AreEqual("the mean is off by +2.1 %, more than 2 %", Check(RestorationTask.Pet, "liver", 102.1, 200));
        Assert.AreEqual("", Check(RestorationTask.Pet, "Lesion 1", 150, 209));
        Assert.AreEqual("the maximum is off by −20.0 %, more than 5 %", Check(RestorationTask.Pet, "Lesion 1", 100, 160));

        // A circle of 100 pixels of 1 mm is 11.3 mm wide.
        Assert.AreEqual("", Check(RestorationTask.Pet, "lesion", 150, 200, 0.9));
        Assert.IsNull(Check(RestorationTask.Pet, "lesion", 100, 160, 0.8));
        Assert.IsNotNull(Check(RestorationTask.Pet, "lesion", 100, 160, null));
        Assert.IsNull(Check(RestorationTask.Mri, "liver", 0, 0));
        Assert.IsNull(RegionBounds.Check(RestorationTask.Pet, "air", new(1, 9, 9, 1, 0, 1, 0), 1), "Nothing is a share of nothing.");
    }
}
