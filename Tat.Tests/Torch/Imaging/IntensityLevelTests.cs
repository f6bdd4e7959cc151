using CsCheck;
using Tat.Torch.Imaging;

namespace Tat.Tests.Imaging;

[TestClass]
public sealed class IntensityLevelTests
{
    [TestMethod]
    public void It_is_the_smallest_value_that_995_voxels_of_1000_do_not_exceed() => Gen.Select(
        Gen.Frequency((8, Gen.Float[-1e4f, 1e4f]), (1, Gen.Const(0f)),
            (1, Gen.OneOf(Gen.Const(float.NaN), Gen.Const(float.PositiveInfinity), Gen.Const(float.Epsilon),
                Gen.Const(float.MinValue)))).Array[1, 900], Gen.Int[1, 3]).Sample((values, parts) =>
        {
            var slices = values.Chunk((values.Length + parts - 1) / parts).Select(part => new ImageSlice(part, 1, part.Length));
            float[] sorted = [.. values.Where(float.IsFinite).Order()];
            var level = IntensityLevel.Measure(slices);
            return sorted.Length == 0 ? float.IsNaN(level) : level == sorted[(int)Math.Ceiling(0.995 * sorted.Length) - 1];
        });

    [TestMethod]
    public void Few_bright_voxels_do_not_move_it()
    {
        float[] pixels = [.. Enumerable.Range(1, 1000).Select(i => (float)i)];
        Assert.AreEqual(995f, IntensityLevel.Measure(new ImageSlice(pixels, 10, 100)));
        pixels.AsSpan(995).Fill(1e9f);
        Assert.AreEqual(995f, IntensityLevel.Measure(new ImageSlice(pixels, 10, 100)));
    }

    [TestMethod]
    public void An_image_without_a_level_of_its_volume_has_its_own()
    {
        float[] pixels = [1, 2, 3, 4];
        Assert.AreEqual(9f, IntensityLevel.Of(new(pixels, 2, 2) { VolumeLevel = 9 }));
        foreach (var unknown in new float?[] { null, 0, -1, float.NaN })
        {
            Assert.AreEqual(4f, IntensityLevel.Of(new(pixels, 2, 2) { VolumeLevel = unknown }));
        }
    }
}
