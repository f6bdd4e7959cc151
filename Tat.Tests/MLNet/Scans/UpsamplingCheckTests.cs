using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Nifti;
using Tat.MLNet.Scans;
using Tat.Tests.Formats;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Randomness;
using Tat.Torch.Resolution;
using Tat.Torch.Tasks;

namespace Tat.Tests.Scans;

[TestClass]
public sealed class UpsamplingCheckTests
{
    private const int Side = 32;

    [TestMethod]
    public void A_scan_is_restored_on_the_finer_grid_and_says_how_far_k_space_was_filled()
    {
        using var folder = new TemporaryFolder();
        var result = Restore(folder, Noise(Side), new(2, 1));
        Assert.Contains("k-space was filled to 50 % of the rows and 100 % of the columns", result.Warnings);
        using var written = ImageFormats.Open(result.Destination);
        Assert.AreEqual((2 * Side, Side, 0.5, 1.0), (written.Rows, written.Columns, written.RowSpacing, written.ColumnSpacing));
    }

    [TestMethod]
    [DataRow(6, "choose a factor from 1.35 to 4")]
    [DataRow(4.1, "choose a factor from 1.35 to 4")]
    [DataRow(1.32, "choose a factor from 1.35 to 4")]
    [DataRow(1.1, "choose a factor from 1.35 to 4")]
    public void A_grid_for_which_the_model_was_not_trained_is_refused_with_the_range(double factor, string message)
    {
        using var folder = new TemporaryFolder();
        Assert.Contains(message, Assert.ThrowsExactly<InvalidDataException>(() => Restore(folder, Noise(Side), new(factor))).Message);
        Assert.IsFalse(File.Exists(folder["out.nii"]));
    }

    [TestMethod]
    public void A_factor_of_one_axis_that_is_refused_comes_with_one_that_is_not()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("choose a factor from 1.35 to 4 for the columns, as in 1x4.",
            Assert.ThrowsExactly<InvalidDataException>(() => Restore(folder, Noise(Side), new(1, 5))).Message);
        Assert.Contains("choose a factor from 1.35 to 4 for the rows, as in 1.35x2.",
            Assert.ThrowsExactly<InvalidDataException>(() => Restore(folder, Noise(Side), new(1.2, 2))).Message);
    }

    /// <summary>A grid of 32,000 × 32,000 pixels would take minutes to fill, and one that is larger has no array.</summary>
    [TestMethod]
    [Timeout(20_000, CooperativeCancellation = false)]
    public void A_grid_that_is_far_too_fine_is_refused_before_it_is_made()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("choose a factor from 1.35 to 4",
            Assert.ThrowsExactly<InvalidDataException>(() => Restore(folder, Noise(Side), new(500))).Message);
        Assert.Contains("can be held in one piece",
            Assert.ThrowsExactly<InvalidDataException>(() => Restore(folder, Noise(Side), new(1000))).Message);
    }

    [TestMethod]
    public void The_smallest_factor_that_is_named_restores()
    {
        using var folder = new TemporaryFolder();
        var result = Restore(folder, Noise(Side), new(1.35));
        Assert.Contains("k-space was filled to 74 % of the rows and 74 % of the columns", result.Warnings);
        Assert.DoesNotContain("full", string.Join(' ', result.Warnings));
    }

    [TestMethod]
    public void What_has_no_finer_grid_at_all_is_told_so()
    {
        using var folder = new TemporaryFolder();
        var line = new ImageSlice(Noise(Side).Pixels, 1, Side * Side);
        Assert.Contains("its slices have one row, of which a factor makes no more; choose 1 as the factor of the rows, as in 1x2",
            Assert.ThrowsExactly<InvalidDataException>(() => Restore(folder, line, new(2))).Message);
        var interpolated = KSpace.Interpolate(Noise(Side), 5 * Side, 5 * Side);
        Assert.Contains("choose 1 as the factor of the rows, as in 1x2, or leave the factor out",
            Assert.ThrowsExactly<InvalidDataException>(() => Restore(folder, interpolated, new(2))).Message);
    }

    [TestMethod]
    public void A_grid_that_leaves_room_is_not_called_full_whatever_the_image_looks_like()
    {
        using var folder = new TemporaryFolder();
        var result = Restore(folder, new(Enumerable.Repeat(100f, Side * Side).ToArray(), Side, Side), new(2));
        Assert.DoesNotContain("full", string.Join(' ', result.Warnings));
    }

    [TestMethod]
    public void A_value_that_is_not_finite_is_named_by_its_place_in_the_file_and_passes_alone()
    {
        using var folder = new TemporaryFolder();
        var image = Noise(Side);
        image.Pixels[(5 * Side) + 3] = float.NaN;
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => Restore(folder, image, new(2))).Message,
            "the value NaN at row 5, column 3", StringComparison.Ordinal);
        Restore(folder, image, new(2), nonFinite: NonFiniteHandling.PassThrough);
        using var written = ImageFormats.Open(folder["out.nii"]);
        var pixels = written.ReadSlice(0);
        Assert.AreEqual(4, pixels.Pixels.Count(float.IsNaN));
        Assert.IsTrue(float.IsNaN(pixels[10, 6]));
        Assert.AreEqual(image[31, 30], pixels[62, 60]);
    }

    [TestMethod]
    public void What_the_scanner_interpolated_counts()
    {
        using var folder = new TemporaryFolder();
        var interpolated = KSpace.Interpolate(Noise(Side), 2 * Side, 2 * Side);
        Assert.Contains("choose a factor from 1 to 2",
            Assert.ThrowsExactly<InvalidDataException>(() => Restore(folder, interpolated, new(4))).Message);
        var result = Restore(folder, interpolated, new(2));
        Assert.Contains("k-space was filled to 25 % of the rows and 25 % of the columns", result.Warnings);
    }

    [TestMethod]
    public void Tasks_that_do_not_restore_resolution_have_no_finer_grid()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("does not restore resolution",
            Assert.ThrowsExactly<InvalidDataException>(() => Restore(folder, Noise(Side), new(2), "CT")).Message);
    }

    private static ScanRestorationResult Restore(TemporaryFolder folder, ImageSlice image, UpsamplingFactor factor, string task = "MRI",
        NonFiniteHandling nonFinite = NonFiniteHandling.Throw)
    {
        new NiftiFormat().Write(folder["in.nii"], [image], 1, 1, 1);
        using var restorer = new Increment(new([RestorationTask.MriByVolume, RestorationTask.Ct]));
        return restorer.RestoreScan(folder["in.nii"], folder["out.nii"],
            new() { Task = task, Overwrite = true, NonFinite = nonFinite, Reading = new() { Upsampling = factor } });
    }

    /// <summary>White noise, whose k-space is full.</summary>
    private static ImageSlice Noise(int side)
    {
        var random = new RandomStream(7, Streams.Strength);
        var pixels = new float[side * side];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = 100 + random.Next(100);
        }

        return new(pixels, side, side);
    }
}
