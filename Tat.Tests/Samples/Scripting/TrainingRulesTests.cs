using Tat.Samples.Scripting;
using Tat.Torch.Model;

namespace Tat.Tests.Samples.Scripting;

[TestClass]
public sealed class TrainingRulesTests
{
    [TestMethod]
    [DataRow(512, 0.7, 64)]
    [DataRow(512, 0.5, 80)]
    [DataRow(512, 0.1, 128)]
    [DataRow(512, null, 64)]
    [DataRow(44, 0.1, 40)]
    [DataRow(9, 1.0, 16)]
    public void A_patch_spans_40_mm_as_far_as_images_do(int side, double? spacing, int expected) =>
        Assert.AreEqual(expected, Rules(1, 100, side: side, spacing: spacing).PatchSize);

    [TestMethod]
    [DataRow(10, false, 1)]
    [DataRow(30, false, 2)]
    [DataRow(180, false, 4)]
    [DataRow(10, true, 4)]
    public void Batches_grow_with_the_time(int minutes, bool isGpu, int expected) =>
        Assert.AreEqual(expected, Rules(minutes, 100, isGpu).BatchSize);

    [TestMethod]
    [DataRow(10, 10_000, false, "small")]
    [DataRow(360, 10_000, false, "medium")]
    [DataRow(360, 100, false, "small")]
    [DataRow(20, 500, true, "medium")]
    [DataRow(720, 5000, true, "paper")]
    [DataRow(720, 4999, true, "medium")]
    public void A_network_is_as_large_as_time_and_data_allow(int minutes, int images, bool isGpu, string expected) =>
        Assert.AreEqual(expected, Rules(minutes, images, isGpu).Network.Name);

    [TestMethod]
    public void All_candidates_are_sound_and_have_the_seed()
    {
        var rules = Rules(10, 100);
        foreach (var candidate in rules.Candidates.Append(rules.Untrained))
        {
            candidate.Network.Validate();
            candidate.Training.Validate();
            Assert.AreEqual((7UL, rules.PatchSize), (candidate.Training.Seed, candidate.Training.PatchSize));
        }

        Assert.AreEqual(TatNetworkOptions.Small, rules.Candidates[^1].Network);
    }

    private static TrainingRules Rules(int minutes, int images, bool isGpu = false, int side = 256, double? spacing = 1) =>
        new([new("CT", images, 10, 10, side, side, spacing)], TimeSpan.FromMinutes(minutes), isGpu, 7);
}
