using Tat.Torch.Phantoms;
using Tat.Torch.Tasks;

namespace Tat.Tests.Phantoms;

[TestClass]
public sealed class PhantomTests
{
    private static IEnumerable<(RestorationTask Task, Anatomy Anatomy)> Kinds =>
        from task in TaskVocabulary.Paper from anatomy in Enum.GetValues<Anatomy>() select (task, anatomy);

    [TestMethod]
    public void A_seed_gives_the_same_phantom_and_another_seed_another()
    {
        foreach (var (task, anatomy) in Kinds)
        {
            var first = Phantom.Create(task, anatomy, 48, 5);
            var again = Phantom.Create(task, anatomy, 48, 5);
            CollectionAssert.AreEqual(first.Image.Pixels, again.Image.Pixels);
            Assert.AreEqual(first.PixelSpacing, again.PixelSpacing);
            CollectionAssert.AreNotEqual(first.Image.Pixels, Phantom.Create(task, anatomy, 48, 6).Image.Pixels);
        }
    }

    [TestMethod]
    public void Values_lie_in_the_range_of_the_task()
    {
        foreach (var (task, anatomy) in Kinds)
        {
            for (var seed = 0UL; seed < 4; seed++)
            {
                var pixels = Phantom.Create(task, anatomy, 64, seed).Image.Pixels;
                Assert.IsTrue(pixels.All(float.IsFinite));
                Assert.IsGreaterThan(task.NormalizationRange.Minimum - (0.02 * task.NormalizationRange.Width), pixels.Min(),
                    $"{task} {anatomy} {seed}");
                Assert.IsLessThan(2 * task.NormalizationRange.Maximum, pixels.Max(), $"{task} {anatomy} {seed}");
            }
        }
    }

    [TestMethod]
    public void A_head_in_hounsfield_units_has_air_bone_and_brain()
    {
        var head = Phantom.Create(RestorationTask.Ct, Anatomy.Head, 128, 3).Image;
        Assert.AreEqual(-1000, head[1, 1], 5);
        Assert.IsGreaterThan(700, Enumerable.Range(0, 64).Max(row => head[row, 64]));
        var brain = (from row in Enumerable.Range(54, 20)
                     from column in Enumerable.Range(
            40, 15)
                     select (double)head[row, column]).Average();
        Assert.IsTrue(brain is > 0 and < 60, $"brain {brain} HU");
    }

    [TestMethod]
    public void A_phantom_is_the_same_anatomy_at_every_size()
    {
        foreach (var (task, anatomy) in Kinds)
        {
            var large = Phantom.Create(task, anatomy, 128, 9).Image;
            float[] halved = [.. Enumerable.Range(0, 64 * 64).Select(i =>
            {
                var (row, column) = (2 * (i / 64), 2 * (i % 64));
                return (large[row, column] + large[row, column + 1] + large[row + 1, column] + large[row + 1, column + 1]) / 4;
            })];
            Assert.IsGreaterThan(0.97, Correlation(halved, Phantom.Create(task, anatomy, 64, 9).Image.Pixels), $"{task} {anatomy}");
        }
    }

    [TestMethod]
    public void The_attenuation_belongs_to_the_same_anatomy()
    {
        var pet = Phantom.Create(RestorationTask.Pet, Anatomy.Torso, 64, 2);
        var attenuation = pet.CreateAttenuation();
        Assert.AreEqual(0, attenuation[0, 0], 1e-6);
        Assert.IsTrue(attenuation.Pixels.Max() is > 0.0105f and < 0.017f);
        Assert.AreEqual(0.0096, attenuation.Pixels.Where(value => value > 0.008f).Average(), 0.0012);
    }

    [TestMethod]
    public void Tasks_without_phantoms_and_tiny_sizes_are_refused()
    {
        var own = new RestorationTask("Ultrasound", "echo", "dB", new(0, 60));
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => Phantom.Create(own, Anatomy.Head, 64, 1)).Message,
            "Ultrasound");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Phantom.Create(RestorationTask.Ct, Anatomy.Head, 8, 1));
    }

    private static double Correlation(float[] a, float[] b)
    {
        var (meanA, meanB) = (a.Average(), b.Average());
        double Product(float[] u, float meanU, float[] v, float meanV) => u.Zip(v, (x, y) => (double)(x - meanU) * (y - meanV)).Sum();
        return Product(a, meanA, b, meanB) / Math.Sqrt(Product(a, meanA, a, meanA) * Product(b, meanB, b, meanB));
    }
}
