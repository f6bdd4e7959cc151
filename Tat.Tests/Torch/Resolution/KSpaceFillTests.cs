using Tat.Tests.Degradation;
using Tat.Torch.Degradation;
using Tat.Torch.Imaging;
using Tat.Torch.Phantoms;
using Tat.Torch.Tasks;

namespace Tat.Tests.Resolution;

[TestClass]
public sealed class KSpaceFillTests
{
    [TestMethod]
    [DataRow(1.5, KSpaceAxes.Both)]
    [DataRow(2, KSpaceAxes.Both)]
    [DataRow(2.7, KSpaceAxes.Rows)]
    [DataRow(4, KSpaceAxes.Both)]
    [DataRow(4, KSpaceAxes.Columns)]
    [DataRow(6, KSpaceAxes.Both)]
    public void The_block_that_was_kept_is_found(double factor, KSpaceAxes axes)
    {
        foreach (var (height, width) in new[] { (128, 128), (145, 122), (192, 256) })
        {
            var extent = KSpaceFill.Measure(new MriKSpaceCrop { Factor = factor, Axes = axes }.Degrade(Good(height, width)));
            Assert.AreEqual(axes.HasFlag(KSpaceAxes.Rows) ? 1 / factor : 1, extent.Rows, 0.02, $"{height} × {width}");
            Assert.AreEqual(axes.HasFlag(KSpaceAxes.Columns) ? 1 / factor : 1, extent.Columns, 0.02, $"{height} × {width}");
        }
    }

    [TestMethod]
    public void Images_as_they_are_have_a_full_k_space()
    {
        foreach (var (height, width) in new[] { (128, 128), (145, 122), (192, 256) })
        {
            Assert.AreEqual(KSpaceExtent.Full, KSpaceFill.Measure(Good(height, width)));
        }

        Assert.AreEqual(KSpaceExtent.Full, KSpaceFill.Measure(TestImages.Random(64, 48, 7, 0, 1000)));
        Assert.AreEqual(KSpaceExtent.Full, KSpaceFill.Measure(new ImageSlice(new float[64], 8, 8)));
        Assert.AreEqual(KSpaceExtent.Full, KSpaceFill.Measure(new ImageSlice(new float[1], 1, 1)));
        Assert.AreEqual(KSpaceExtent.Full, KSpaceFill.Measure());
    }

    [TestMethod]
    [DataRow(24, 24)]
    [DataRow(40, 48)]
    [DataRow(63, 77)]
    public void The_lowest_frequencies_of_small_images_are_no_edge(int height, int width)
    {
        // The power of scans falls with some third power of the frequency.
        float[] Profile(int length) =>
        [
            .. Enumerable.Range(0, length).Select(i => (float)Enumerable.Range(1, length / 2).Sum(
                k => Math.Pow(k, -1.5) * Math.Cos((2 * Math.PI * k * i / length) + (k * k)))),
        ];
        var (rows, columns) = (Profile(height), Profile(width));
        var image = new ImageSlice(
            [.. Enumerable.Range(0, height * width).Select(i => 10 + rows[i / width] + columns[i % width])], height, width);
        Assert.AreEqual(KSpaceExtent.Full, KSpaceFill.Measure(image));
    }

    [TestMethod]
    public void Of_a_volume_all_slices_count_that_can()
    {
        var low = new MriKSpaceCrop { Factor = 2 }.Degrade(Good(128, 128));
        ImageSlice[] volume =
        [
            new(new float[128 * 128], 128, 128), new([.. Enumerable.Repeat(float.NaN, 128 * 128)], 128, 128), low, Good(64, 64),
        ];
        Assert.AreEqual(0.5, KSpaceFill.Measure(volume).Rows, 0.02);
        Assert.AreEqual(new KSpaceExtent(0.3, 1), KSpaceFill.Of(new ImageSlice(low.Pixels, 128, 128) { VolumeExtent = new(0.3, 1) }));
    }

    /// <summary>The middle of a phantom's slice, with the noise of a scanner.</summary>
    internal static ImageSlice Good(int height, int width)
    {
        var side = Math.Max(height, width);
        var phantom = Phantom.Create(RestorationTask.Mri, Anatomy.Head, side, 7).Image;
        var noise = TestImages.Random(height, width, 5, -12, 12);
        var (top, left) = ((side - height) / 2, (side - width) / 2);
        return new([.. noise.Pixels.Select((change, i) => Math.Abs(phantom[top + (i / width), left + (i % width)] + change))], height,
            width);
    }
}
