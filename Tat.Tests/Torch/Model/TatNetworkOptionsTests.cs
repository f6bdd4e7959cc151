using Tat.Torch.Model;

namespace Tat.Tests.Model;

[TestClass]
public sealed class TatNetworkOptionsTests
{
    [TestMethod]
    public void Presets_are_valid()
    {
        TatNetworkOptions.Paper.Validate();
        TatNetworkOptions.Medium.Validate();
        TatNetworkOptions.Small.Validate();
        Assert.AreEqual(5.9e6, TatNetworkOptions.Medium.ParameterCount, 0.1e6);
        Assert.AreEqual(2.3e6, TatNetworkOptions.Small.ParameterCount, 0.1e6);
    }

    [TestMethod]
    public void Equal_options_are_equal() =>
        Assert.AreEqual(new TatNetworkOptions(), new TatNetworkOptions { Blocks = new List<int> { 4, 6, 6, 8 } });

    [TestMethod]
    public void A_wrong_option_is_named_with_its_value()
    {
        var good = TatNetworkOptions.Paper;
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new TatNetwork(good with { Width = 7 }));
        Check(good with { Width = 7 }, "Width is 7");
        Check(good with { Width = 2048 }, "Width is 2048");
        Check(good with { Blocks = [1, 2, 3] }, "Blocks is [1, 2, 3]");
        Check(good with { Blocks = [1, 2, 3, 0] }, "Blocks is [1, 2, 3, 0]");
        Check(good with { Blocks = null! }, "Blocks is null");
        Check(good with { RefinementBlocks = 0 }, "RefinementBlocks is 0");
        Check(good with { Heads = [1, 2, 4, 5] }, "Heads is [1, 2, 4, 5]");
        Check(good with { Heads = [0, 2, 4, 8] }, "Heads is [0, 2, 4, 8]");
        Check(good with { Heads = [48, 2, 4, 8], TrainSize = 16 }, "leave no attention window");
        Check(good with { ExpansionFactor = double.NaN }, "ExpansionFactor is NaN");
        Check(good with { ExpansionFactor = 0.001 }, "ExpansionFactor is 0.001");
        Check(good with { RepresentationFeatures = 0 }, "RepresentationFeatures is 0");
        Check(good with { TrainSize = 100 }, "TrainSize is 100");
        Check(good with { LayerNorm = (LayerNormKind)5 }, "LayerNorm is 5");

        static void Check(TatNetworkOptions options, string part) =>
            StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(options.Validate).Message, part);
    }
}
