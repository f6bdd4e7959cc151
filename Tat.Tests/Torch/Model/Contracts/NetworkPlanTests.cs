using Tat.Torch.Model;
using Tat.Torch.Model.Contracts;

namespace Tat.Tests.Model;

[TestClass]
public sealed class NetworkPlanTests
{
    [TestMethod]
    public void The_layers_are_those_of_the_published_program()
    {
        var plan = new NetworkPlan(TatNetworkOptions.Paper);
        var published = PublishedParameters.Of(TatNetworkOptions.Paper);
        var layers = plan.Layers.Concat(plan.Stages.SelectMany(stage => Enumerable.Range(0, stage.Blocks).SelectMany(i => stage.Block.Layers
            .Where(layer => !(layer.IsDepthWise && stage.Block.IsAdaptive))
            .Select(layer => layer with { Name = $"{stage.Name}.{i}.{layer.Name}" })))).ToList();
        foreach (var layer in layers)
        {
            CollectionAssert.AreEqual(published[$"{layer.Name}.weight"], layer.Shape, layer.Name);
        }

        // What is left belongs to norms, temperatures and filters that are partly generated.
        var others = published.Keys.Except(layers.SelectMany(layer => new[] { $"{layer.Name}.weight", $"{layer.Name}.bias" }));
        CollectionAssert.AreEqual(
            Array.Empty<string>(), others.Where(name => name.Split('.')[^1] is not ("temperature" or "dw_kernel" or "lambda_dw")
                && !name.Contains(".norm", StringComparison.Ordinal)).ToArray());
        Assert.AreEqual(published.Values.Sum(shape => shape.Aggregate(1L, (product, side) => product * side)), plan.ParameterCount);
    }
}
