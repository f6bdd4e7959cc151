using Tat.Samples.Bench.Forward;
using Tat.Torch.Model;

namespace Tat.Tests.Samples.Bench.Forward;

[TestClass]
public sealed class NetworkCostTests
{
    [TestMethod]
    public void The_papers_network_costs_what_counting_its_layers_gives()
    {
        Assert.AreEqual(42.7e9, NetworkCost.Of(TatNetworkOptions.Paper, 128, 128).MultiplyAccumulates, 0.05e9);
        Assert.AreEqual(4 * 42.7e9, NetworkCost.Of(TatNetworkOptions.Paper, 256, 256).MultiplyAccumulates, 0.2e9);
    }
}
