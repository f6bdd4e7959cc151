using Tat.Tests.Degradation;
using Tat.Tests.Scoring;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Model;
using Tat.Torch.Tasks;

namespace Tat.Tests.Inference;

[TestClass]
public sealed class InputWarningsTests
{
    private static readonly FakeRestorer _restorer = new()
    {
        Card = new() { Ranges = new Dictionary<string, InputRange> { ["CT"] = new() { LeastNoise = 5, MostNoise = 50, SmallestPixel = 0.6, LargestPixel = 1 } } },
    };

    [TestMethod]
    [DataRow(40f, 0.8, null)]
    [DataRow(40f, null, null)]
    [DataRow(400f, 0.8, "noise")]
    [DataRow(1f, 0.8, "noise")]
    [DataRow(40f, 3.0, "pixels (3 mm)")]
    public void What_lies_outside_of_the_range_is_said(float noise, double? spacing, string? warning)
    {
        var warnings = string.Join(' ', _restorer.WarningsFor(TestImages.Random(64, 64, 1, -noise, noise), RestorationTask.Ct, spacing));
        Assert.AreEqual(warning is null, warnings.Length == 0, warnings);
        StringAssert.Contains(warnings, warning ?? "", StringComparison.Ordinal);
    }

    [TestMethod]
    public void A_card_without_ranges_and_a_task_without_a_range_warn_of_nothing()
    {
        var image = TestImages.Random(64, 64, 1, -900, 900);
        Assert.IsEmpty(_restorer.WarningsFor(image, RestorationTask.Mri, 30));
        Assert.IsEmpty(new FakeRestorer().WarningsFor(image, RestorationTask.Ct, 30));
    }

    [TestMethod]
    public void Noise_of_a_task_that_is_scaled_by_volume_is_a_share_of_the_level()
    {
        var image = TestImages.Random(64, 64, 1, 0, 1000);
        var brighter = new ImageSlice([.. image.Pixels.Select(value => 3 * value)], 64, 64);
        Assert.AreEqual(InputWarnings.NoiseOf(image, RestorationTask.MriByVolume), InputWarnings.NoiseOf(brighter, RestorationTask.MriByVolume), 1e-5);
    }
}
