using Tat.MLNet.Formats;
using Tat.Tests.Formats.Nifti;
using Tat.Tests.Loading;
using Tat.Torch.Tasks;

namespace Tat.Tests.Formats;

[TestClass]
public sealed class ImageScanExtensionsTests
{
    [TestMethod]
    public void Slices_come_with_the_level_of_their_scan_and_each_is_read_once()
    {
        using var folder = new TemporaryFolder();
        var counter = new CountingOpener();
        using var scan = counter.Open(NiftiSamples.WriteRamp(folder["a.nii"], rows: 10, columns: 10, slices: 10));
        var slices = scan.ReadSlices(RestorationTask.MriByVolume).ToArray();
        Assert.AreEqual(10, counter.PixelReads);
        for (var i = 0; i < 10; i++)
        {
            Assert.AreEqual(994f, slices[i].VolumeLevel);
            Assert.AreEqual(100f * i, slices[i].Pixels[0]);
        }

        Assert.AreEqual(994f, scan.MeasureLevel());
    }

    [TestMethod]
    public void Tasks_of_a_fixed_range_measure_nothing()
    {
        using var folder = new TemporaryFolder();
        var counter = new CountingOpener();
        using var scan = counter.Open(NiftiSamples.WriteRamp(folder["a.nii"], slices: 40));
        Assert.IsNull(scan.ReadSlices(RestorationTask.Ct).First().VolumeLevel);
        Assert.AreEqual(1, counter.PixelReads);
    }

    [TestMethod]
    public void Of_a_large_scan_slices_from_all_over_it_are_measured()
    {
        using var folder = new TemporaryFolder();
        var counter = new CountingOpener();
        using var scan = counter.Open(NiftiSamples.WriteRamp(folder["a.nii"], rows: 1, columns: 1, slices: 1000));
        Assert.AreEqual(984f, scan.MeasureLevel(), "the last of 32 that lie in the middle of as many equal parts");
        Assert.AreEqual(32, counter.PixelReads);
        var slices = scan.ReadSlices(RestorationTask.MriByVolume).ToArray();
        Assert.AreEqual(1032, counter.PixelReads);
        CollectionAssert.AreEqual(
            Enumerable.Range(0, 1000).Select(i => (float)i).ToArray(), slices.Select(slice => slice.Pixels[0]).ToArray());
        Assert.IsTrue(slices.All(slice => slice.VolumeLevel == 984));
    }

    [TestMethod]
    public void Reading_can_be_cancelled()
    {
        using var folder = new TemporaryFolder();
        using var scan = ImageFormats.Open(NiftiSamples.WriteRamp(folder["a.nii"]));
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.ThrowsExactly<OperationCanceledException>(() => scan.MeasureLevel(stop.Token));
        Assert.ThrowsExactly<OperationCanceledException>(() => scan.ReadSlices(RestorationTask.MriByVolume, stop.Token).ToArray());
    }
}
