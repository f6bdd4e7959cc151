using CsCheck;
using Tat.Torch.Model;
using Tat.Torch.Randomness;
using TorchSharp;
using static TorchSharp.torch;

namespace Tat.Tests.Model;

[TestClass]
public sealed partial class TatNetworkTests
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

    [TestMethod]
    public void The_number_of_parameters_is_known_without_a_network()
    {
        Assert.AreEqual(41_687_424, TatNetworkOptions.Paper.ParameterCount);
        foreach (var options in Variants)
        {
            using var network = new TatNetwork(options);
            Assert.AreEqual(options.ParameterCount, network.parameters().Sum(parameter => parameter.numel()), options.ToString());
        }
    }

    [TestMethod]
    public void Every_variant_can_start_as_the_identity_and_leaves_it_with_the_first_steps()
    {
        foreach (var options in Variants)
        {
            using var scope = NewDisposeScope();
            using var network = new TatNetwork(options);
            network.MakeIdentity();
            var images = Images(2, 32, 32);
            GoldenVectors.AssertClose(images, network.forward(images), 0, $"{options}");
            for (var step = 0; step < 2; step++)
            {
                network.zero_grad();
                (network.forward(images) - 0.5).square().mean().backward();
                using var constant = no_grad();
                foreach (var parameter in network.parameters().Where(parameter => parameter.grad is not null))
                {
                    parameter.sub_(parameter.grad! * 0.01);
                }
            }

            var last = network.named_parameters().Single(named => named.name == "refinement.0.ffn.project_out.weight").parameter;
            Assert.AreNotEqual(0, last.abs().sum().ToSingle(), $"{options}");
        }
    }

    [TestMethod]
    public void Every_variant_restores_a_batch_as_it_restores_its_images_one_by_one()
    {
        foreach (var options in Variants)
        {
            using var scope = NewDisposeScope();
            using var constant = no_grad();
            using var network = Randomized(options);
            foreach (var (height, width) in new[] { (32, 32), (64, 40) })
            {
                var images = Images(3, height, width);
                var together = network.forward(images);
                using (enable_grad())
                {
                    GoldenVectors.AssertClose(network.forward(images), together, 1e-5, "as one batch, as in training");
                }

                for (var i = 0; i < 3; i++)
                {
                    GoldenVectors.AssertClose(network.forward(images.narrow(0, i, 1)), together.narrow(0, i, 1), 0, $"image {i}");
                }
            }
        }
    }

    [TestMethod]
    public void Kernels_of_an_image_can_be_computed_once_and_given()
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        using var network = Randomized(GoldenVectors.Options);
        var images = Images(2, 40, 48);
        using var kernels = network.ComputeRepresentation(images);
        GoldenVectors.AssertClose(network.forward(images), network.forward(images, kernels), 1e-6, "the same kernels");
        using var other = network.ComputeRepresentation(images.narrow(0, 0, 1) * 3);
        Assert.IsGreaterThan(1e-7f, (network.forward(images, other) - network.forward(images)).abs().max().ToSingle(),
            "kernels matter, and one set serves a batch");
    }

    [TestMethod]
    public void No_gradient_flows_from_the_kernels_into_the_encoder()
    {
        using var scope = NewDisposeScope();
        using var network = Randomized(GoldenVectors.Options);
        using var kernels = network.ComputeRepresentation(Images(1, 32, 32));
        kernels.Embedding!.sum().backward();
        var reached = network.named_parameters().Where(pair => pair.parameter.grad is not null).Select(pair => pair.name).ToArray();
        Assert.IsNotEmpty(reached);
        Assert.IsTrue(reached.All(name => name.StartsWith("tren.", StringComparison.Ordinal)), string.Join(", ", reached));
    }

    [TestMethod]
    public void Seeds_decide_the_initial_weights()
    {
        using var first = new TatNetwork(GoldenVectors.Options, seed: 7);
        using var same = new TatNetwork(GoldenVectors.Options, seed: 7);
        using var other = new TatNetwork(GoldenVectors.Options, seed: 8);
        var name = "latent.0.ffn.project_in.weight";
        GoldenVectors.AssertClose(first.state_dict()[name], same.state_dict()[name], 0, name);
        Assert.IsFalse(first.state_dict()[name].allclose(other.state_dict()[name]));

        // Gates at zero: at the start the generated kernels have no effect.
        Assert.IsTrue(first.named_parameters().Where(pair => pair.name.EndsWith("lambda_dw", StringComparison.Ordinal))
            .All(pair => pair.parameter.count_nonzero().ToInt64() == 0));
        var fanIn = 64;
        var weights = first.state_dict()["latent.0.attn.qkv.weight"];
        Assert.AreEqual(1 / Math.Sqrt(fanIn), weights.abs().max().ToSingle(), 0.002);
        Assert.AreEqual(1 / Math.Sqrt(3 * fanIn), weights.std().ToSingle(), 0.002);
    }

    [TestMethod]
    [DataRow(1L, 1L, 32L, 30L)]
    [DataRow(1L, 2L, 32L, 32L)]
    [DataRow(0L, 1L, 32L, 32L)]
    public void Other_shapes_are_refused_with_an_explanation(long batch, long channels, long height, long width)
    {
        using var scope = NewDisposeScope();
        using var network = new TatNetwork(GoldenVectors.Options);
        var error = Assert.ThrowsExactly<ArgumentException>(() => network.forward(zeros(batch, channels, height, width)));
        StringAssert.Contains(error.Message, $"{batch} × {channels} × {height} × {width}");
    }

    private static IEnumerable<TatNetworkOptions> Variants =>
    [
        GoldenVectors.Options,
        GoldenVectors.Options with { WeightGeneration = false },
        GoldenVectors.Options with { LayerNorm = LayerNormKind.BiasFree },
        GoldenVectors.Options with { Bias = true },
        GoldenVectors.Options with { Bias = true, WeightGeneration = false, Heads = [2, 2, 2, 2], ExpansionFactor = 2 },
    ];

    /// <summary>A network in which gates and biases are not zero, so that everything has an effect.</summary>
    private static TatNetwork Randomized(TatNetworkOptions options)
    {
        var network = new TatNetwork(options);
        using var constant = no_grad();
        foreach (var (name, parameter) in network.named_parameters())
        {
            if (name.EndsWith("lambda_dw", StringComparison.Ordinal) || name.EndsWith("bias", StringComparison.Ordinal))
            {
                using var values = linspace(-0.5, 0.5, parameter.numel()).view(parameter.shape);
                parameter.copy_(values);
            }
        }

        return network;
    }

    private static Tensor Images(int count, int height, int width, ulong seed = 1)
    {
        var random = new RandomStream(seed);
        var values = new float[count * height * width];
        foreach (ref var value in values.AsSpan())
        {
            value = (float)random.NextDouble();
        }

        return tensor(values, [count, 1, height, width]);
    }
}
