using System.Diagnostics;
using CsCheck;
using Tat.Torch.Model;
using Tat.Torch.Model.Recording;
using Tat.Torch.Runtime;
using Tat.Torch.Simd;
using Tat.Torch.Training.Optimization;
using Tat.Torch.Training.Steps;
using TorchSharp;
using static TorchSharp.torch;

namespace Tat.Tests.Model.Recording;

/// <summary>The recorded way through the network beside autograd's through the plain modules.</summary>
[TestClass]
public sealed class RecordedNetworkTests
{
    private static readonly TatNetworkOptions _narrow =
        TatNetworkOptions.Small with { Blocks = [1, 1, 1, 1], RefinementBlocks = 2, Heads = [1, 1, 2, 4], RepresentationFeatures = 8 };

    private const string Narrower = "DOTNET_EnableAVX512";

    [TestInitialize]
    public void Require()
    {
        if (!Tape.IsPossible)
        {
            Needs.Missing(Needs.Avx2, "the processor has none.");
        }
    }

    [TestMethod]
    public void Results_and_gradients_of_the_networks_that_ship_are_those_of_autograd()
    {
        AssertEqual(TatNetworkOptions.Small, 64, 64, 1);
        AssertEqual(TatNetworkOptions.Medium, 32, 32, 2);
    }

    [TestMethod]
    public void Results_and_gradients_are_those_of_autograd_for_any_size_and_kind_of_network()
    {
        TatNetworkOptions[] networks = [_narrow, _narrow with { ExpansionFactor = 2, Width = 24 }, _narrow with
        {
            Blocks = [2, 1, 1, 2],
            Width = 32,
            RepresentationFeatures = 24,
        }];
        Gen.Select(Gen.Int[0, 2], Gen.Int[1, 8], Gen.Int[1, 8], Gen.ULong)
            .Sample((network, height, width, seed) => AssertEqual(networks[network], 8 * height, 8 * width, seed), iter: 8);
    }

    [TestMethod]
    public void They_are_so_with_eight_lanes_on_processors_that_have_sixteen()
    {
        if (!Lanes.Are16)
        {
            Needs.Missing(Needs.Avx512, "eight lanes are what the other tests have measured.");
        }

        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        foreach (var argument in new[]
        {
            typeof(RecordedNetworkTests).Assembly.Location,
            "--filter",
            $"FullyQualifiedName~{nameof(Results_and_gradients_of_the_networks_that_ship_are_those_of_autograd)}",
        })
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment[Narrower] = "0";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, output);
        StringAssert.Contains(output, "succeeded: 1");
    }

    [TestMethod]
    public void Networks_and_sizes_that_have_no_kernels_are_left_to_autograd()
    {
        using var scope = NewDisposeScope();
        AssertCan(true, TatNetworkOptions.Small, 64);
        AssertCan(false, TatNetworkOptions.Small, 104);
        AssertCan(false, TatNetworkOptions.Small with { Bias = true }, 64);
        AssertCan(false, TatNetworkOptions.Small with { LayerNorm = LayerNormKind.BiasFree }, 64);
        AssertCan(false, TatNetworkOptions.Small with { WeightGeneration = false }, 64);
        AssertCan(false, TatNetworkOptions.Small with { Heads = [2, 2, 4, 8] }, 64);
        AssertCan(false, TatNetworkOptions.Small with { Width = 20 }, 64);
        using var exact = new TatNetwork(_narrow);
        exact.to(ScalarType.Float64);
        Assert.IsFalse(exact.CanRecord(64, 64));

        static void AssertCan(bool expected, TatNetworkOptions options, int side)
        {
            using var network = new TatNetwork(options);
            Assert.AreEqual(expected, network.CanRecord(side, side), $"{options}");
        }
    }

    /// <summary>On a thread on which LibTorch uses one core, too.</summary>
    private static void AssertEqual(TatNetworkOptions options, int height, int width, ulong seed) =>
        ComputeThreads.RunEach(CPU, 1, _ => AssertEqualHere(options, height, width, seed));

    private static void AssertEqualHere(TatNetworkOptions options, int height, int width, ulong seed)
    {
        using var scope = NewDisposeScope();
        using var network = new TatNetwork(options, seed);
        OpenGates(network);
        Assert.IsTrue(network.CanRecord(height, width));
        using var parameters = new FlatParameters(
            network.named_parameters().Select(named => (named.name, named.parameter)), withGradients: true);
        using var exact = new TatNetwork(options, seed);
        OpenGates(exact);
        exact.to(ScalarType.Float64);
        var input = Waves(height, width);
        var weights = (Waves(width, height).transpose(2, 3) - 0.4).contiguous();

        var expected = exact.call(input.to(ScalarType.Float64));
        (expected * weights).sum().backward();
        (network.call(input) * weights).sum().backward();
        using var single = parameters.Gradients!.clone();
        using var patch = new RecordedPatch(network);
        for (var pass = 0; pass < 2; pass++)
        {
            parameters.ZeroGradients();
            var restored = patch.Restore(input);
            Assert.IsLessThanOrEqualTo(1e-5 * Norm(expected), Norm(expected - restored), $"{options} {height} × {width}");
            (restored * weights).sum().backward();
            patch.GoBack(restored);
        }

        // To 1e-5 of what double precision gives, or where single precision is not as exact, about as close as autograd comes in it.
        var all = Math.Sqrt(exact.parameters().Sum(parameter => Math.Pow(Norm(parameter.grad!), 2)));
        foreach (var ((name, parameter), slot) in exact.named_parameters().Zip(parameters.Layout))
        {
            Assert.AreEqual(name, slot.Name);
            using var perParameter = NewDisposeScope();
            var gradient = parameter.grad!;
            var (difference, ofAutograd) = (Norm(gradient - FlatParameters.ViewOf(parameters.Gradients!, slot)),
                Norm(gradient - FlatParameters.ViewOf(single, slot)));
            var bound = (1e-5 * Math.Max(Norm(gradient), 1e-2 * all)) + (3 * ofAutograd);
            Assert.IsLessThanOrEqualTo(bound, difference, $"{name}, {height} × {width}, of {Norm(gradient)} and {all}");
        }
    }

    private static double Norm(Tensor tensor) => tensor.norm().ToDouble();

    /// <summary>Gates start at zero, and would hide what is generated.</summary>
    private static void OpenGates(TatNetwork network)
    {
        using var noGrad = no_grad();
        foreach (var (name, parameter) in network.named_parameters())
        {
            if (name.EndsWith("lambda_dw", StringComparison.Ordinal))
            {
                parameter.fill_(0.5);
            }
        }
    }

    private static Tensor Waves(int height, int width)
    {
        var (y, x) = (arange(height).view(-1, 1).to(ScalarType.Float32), arange(width).view(1, -1).to(ScalarType.Float32));
        return (0.5 + (0.3 * (y * 0.31).sin() * (x * 0.23).cos()) + (0.1 * ((y * 1.7) + (x * 2.3)).sin())).view(1, 1, height, width)
            .contiguous();
    }
}
