using CsCheck;
using Tat.Torch.Model;
using Tat.Torch.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Tat.Tests.Model;

public sealed partial class TatNetworkTests
{
    [TestMethod]
    [DataRow(256, 200, true)]
    [DataRow(232, 328, true)]
    [DataRow(256, 200, false)]
    [DataRow(232, 328, false)]
    public void Strips_of_rows_give_the_same_as_whole_maps(int height, int width, bool bias)
    {
        using var scope = NewDisposeScope();
        using var network = Randomized(GoldenVectors.Options with { Bias = bias });
        var image = Images(1, height, width);
        var whole = network.forward(image);
        using var inference = inference_mode();
        GoldenVectors.AssertClose(whole.detach(), network.forward(image), 1e-5, "strips");
    }

    [TestMethod]
    public void Kernels_for_cores_give_the_same_as_autograd_at_any_size_on_one_core_and_on_all()
    {
        TatNetworkOptions[] variants = [TatNetworkOptions.Small, TatNetworkOptions.Small with
        {
            LayerNorm = LayerNormKind.BiasFree,
            TrainSize = 32,
        }, TatNetworkOptions.Small with { WeightGeneration = false }];
        var networks = variants.Select(Randomized).ToArray();
        Gen.Select(Gen.Int[1, 14], Gen.Int[1, 14], Gen.Int[0, variants.Length - 1], Gen.ULong).Sample(
            (rows, columns, variant, seed) =>
            {
                using var scope = NewDisposeScope();
                var network = networks[variant];
                var image = Images(1, 8 * rows, 8 * columns, seed);
                var whole = network.forward(image).detach();
                var restored = new Tensor[2];
                ComputeThreads.Run(CPU, () => restored[0] = Restore());
                ComputeThreads.RunEach(CPU, 1, _ => restored[1] = Restore());
                foreach (var result in restored)
                {
                    GoldenVectors.AssertClose(whole, result, 1e-4, $"{image.shape[2]} × {image.shape[3]}, {variants[variant]}");
                    result.Dispose();
                }

                Tensor Restore()
                {
                    using var inference = inference_mode();
                    return network.forward(image);
                }
            },
            iter: 12, threads: 1);
        Array.ForEach(networks, network => network.Dispose());
    }

    [TestMethod]
    public void Runs_in_double_precision_with_the_same_result()
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        foreach (var options in Variants)
        {
            using var network = Randomized(options);
            var image = Images(2, 64, 40);
            var single = network.forward(image);
            var twice = network.to(ScalarType.Float64).forward(image.to(ScalarType.Float64));
            Assert.AreEqual(ScalarType.Float64, twice.dtype);
            GoldenVectors.AssertClose(twice, single, 1e-4, options.ToString());
        }
    }

    [TestMethod]
    public void Threads_share_a_network_without_mixing_their_images()
    {
        using var network = Randomized(GoldenVectors.Options);
        var images = Enumerable.Range(0, 8).Select(i => Images(1 + (i % 2), 24 + (8 * i), 64 - (8 * (i % 3)), seed: (ulong)i)).ToArray();
        var serial = images.Select(Restore).ToArray();
        var results = new Tensor[images.Length];
        Parallel.For(0, images.Length, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i => results[i] = Restore(images[i]));
        for (var i = 0; i < images.Length; i++)
        {
            GoldenVectors.AssertClose(serial[i], results[i], 0, $"image {i}");
        }

        foreach (var tensor in images.Concat(serial).Concat(results))
        {
            tensor.Dispose();
        }

        Tensor Restore(Tensor image)
        {
            using var inference = inference_mode();
            return network.forward(image);
        }
    }
}
