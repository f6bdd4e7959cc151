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
        Card = new()
        {
            Ranges = new Dictionary<string, InputRange>
            {
                ["CT"] = new() { LeastNoise = 5, MostNoise = 50, SmallestPixel = 0.6, LargestPixel = 1 },
            }
        },
    };

    [TestMethod]
    [DataRow(40f, 0.8, null)]
    [DataRow(40f, null, null)]
    [DataRow(400f, 0.8, "noise")]
    [DataRow(1f, 0.8, "noise")]
    [DataRow(40f, 3.0, "pixels (3 mm)")]
    [DataRow(40f, 1234.0, "pixels (1234 mm)")]
    public void What_lies_outside_of_the_range_is_said(float noise, double? spacing, string? warning)
    {
        var warnings = string.Join(' ', _restorer.WarningsFor(TestImages.Random(64, 64, 1, -noise, noise), RestorationTask.Ct, spacing));
        Assert.AreEqual(warning is null, warnings.Length == 0, warnings);
        StringAssert.Contains(warnings, warning ?? "", StringComparison.Ordinal);
    }

    [TestMethod]
    [DataRow("CT", null)]
    [DataRow("", null)]
    [DataRow("MR", "modality MR")]
    [DataRow("NM", "modality NM")]
    public void A_modality_that_is_not_that_of_the_task_is_said_also_of_an_image_that_is_not_finite(string modality, string? warning)
    {
        foreach (var image in new[] { TestImages.Random(64, 64, 1, -40, 40), new ImageSlice([float.NaN], 1, 1) })
        {
            Assert.AreEqual(warning is null ? 0 : 1, _restorer.WarningsFor(image, RestorationTask.Ct, 0.8, modality)
                .Count(line => line.Contains(warning ?? "", StringComparison.Ordinal)));
        }
    }

    [TestMethod]
    public void A_tally_says_what_is_new_at_once_and_how_much_there_was_at_the_end()
    {
        var (tally, quiet, noisy) = (new InputTally(_restorer), TestImages.Random(64, 64, 1, -40, 40),
            TestImages.Random(64, 64, 2, -400, 400));
        Assert.IsEmpty(tally.Add(quiet, RestorationTask.Ct, "a", 0.8));
        StringAssert.StartsWith(tally.Add(noisy, RestorationTask.Ct, "b", 0.8).Single(), "b: Its noise", StringComparison.Ordinal);
        StringAssert.StartsWith(tally.Remarks.Single(), "b: Its noise", StringComparison.Ordinal);
        StringAssert.StartsWith(tally.Add(noisy, RestorationTask.Ct, "c", 3).Single(), "c: Its pixels", StringComparison.Ordinal);
        Assert.IsEmpty(tally.Add(noisy, RestorationTask.Ct, "d", 3));
        CollectionAssert.AreEqual(
            new[] { "b and 2 more of 4 images of CT", "c and 1 more of 4 images of CT" },
            tally.Remarks.Select(line => line[..line.IndexOf(':', StringComparison.Ordinal)]).ToArray());
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
        Assert.AreEqual(InputWarnings.NoiseOf(image, RestorationTask.MriByVolume),
            InputWarnings.NoiseOf(brighter, RestorationTask.MriByVolume), 1e-5);
    }
}
