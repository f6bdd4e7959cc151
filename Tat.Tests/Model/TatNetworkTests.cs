using Tat.Torch.Model;

namespace Tat.Tests.Model;

[TestClass]
public sealed class TatNetworkTests
{
    [TestMethod]
    public void The_papers_network_has_the_published_parameters()
    {
        using var network = new TatNetwork(TatNetworkOptions.Paper);
        var parameters = network.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter.shape);

        var expected = PublishedParameters.Of(TatNetworkOptions.Paper);
        CollectionAssert.AreEquivalent(expected.Keys.ToArray(), parameters.Keys.ToArray());
        foreach (var (name, shape) in expected)
        {
            CollectionAssert.AreEqual(shape, parameters[name], name);
        }

        Assert.HasCount(575, parameters);
        Assert.AreEqual(41_687_424, parameters.Values.Sum(shape => shape.Aggregate(1L, (product, side) => product * side)));
        CollectionAssert.AreEquivalent(network.state_dict().Keys.ToArray(), parameters.Keys.ToArray(), "there is no other state");
    }
}
