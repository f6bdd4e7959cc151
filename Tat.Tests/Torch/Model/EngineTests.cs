using System.Globalization;
using System.Runtime.Intrinsics.X86;
using Tat.Tests.Formats;
using Tat.Tests.Runtime;
using Tat.Torch.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace Tat.Tests.Model;

/// <summary>
/// The SIMD loops for AVX-512, those for AVX2, and LibTorch's operators where there is neither: each in a process of its own, as another
/// processor runs them.
/// </summary>
[TestClass]
public sealed class EngineTests
{
    private static readonly (string, string?)[] _withoutAvx512 = [("DOTNET_EnableAVX512", "0")],
        _withoutAvx2 = [("DOTNET_EnableAVX512", "0"), ("DOTNET_EnableAVX2", "0")];

    [TestMethod]
    public async Task With_AVX_512_loops_of_16_lanes_compute_what_the_modules_do()
    {
        Have(Avx512F.IsSupported, Needs.Avx512, "AVX-512");
        CollectionAssert.Contains(await LanesOf(), "Lanes16");
    }

    [TestMethod]
    public async Task With_AVX2_loops_of_8_lanes_compute_what_the_modules_do()
    {
        Have(Avx2.IsSupported && Fma.IsSupported, Needs.Avx2, "AVX2");
        CollectionAssert.AreEqual(new[] { "Lanes8" }, await LanesOf(_withoutAvx512));
    }

    [TestMethod]
    public async Task Without_AVX2_the_operators_of_LibTorch_compute_what_the_modules_do() => Assert.IsEmpty(await LanesOf(_withoutAvx2));

    /// <summary>
    /// Restores images of sizes that are cut into whole and partial strips; prints by how much they differ from what the modules
    /// give while autograd records them.
    /// </summary>
    internal static string Restore()
    {
        double largest = 0;
        foreach (var representation in new[] { true, false })
        {
            // The weights of the generated part are zero at the start of a training.
            using var network = new TatNetwork(TatNetworkOptions.Small with { WeightGeneration = representation }, seed: 5);
            using (no_grad())
            {
                foreach (var (name, parameter) in network.named_parameters()
                    .Where(pair => pair.name.EndsWith("lambda_dw", StringComparison.Ordinal)))
                {
                    parameter.fill_(0.5f);
                }
            }

            foreach (var (height, width) in new[] { (64, 64), (40, 72) })
            {
                using var scope = NewDisposeScope();
                using var image = rand([1, 1, height, width], generator: new Generator(7));
                var modules = network.forward(image).detach();
                using var inference = inference_mode();
                largest = Math.Max(largest, (network.forward(image) - modules).abs().max().ToDouble());
            }
        }

        return largest.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// The vector widths of the loops that the runtime compiled, and so ran, in a process that restored images as the modules do.
    /// </summary>
    private static async Task<string[]> LanesOf(params (string, string?)[] environment)
    {
        using var folder = new TemporaryFolder();
        var compiled = folder["compiled.txt"];

        // Without tiers, since the thread that compiles methods again writes to the list when the process has closed it at its end, and
        // crashes.
        var outcome = await FreshProcess.Run("engine",
            [.. environment, ("DOTNET_TieredCompilation", "0"), ("DOTNET_JitStdOutFile", compiled), ("DOTNET_JitDisasmSummary", "1")]);
        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        Assert.IsLessThan(1e-5, double.Parse(outcome.Output, CultureInfo.InvariantCulture));

        var loops = (await File.ReadAllLinesAsync(compiled)).Where(line => line.Contains("Tat.Torch.Simd.", StringComparison.Ordinal))
            .ToList();
        Assert.IsNotEmpty(loops);
        return [.. new[]
        {
            "Lanes16", "Lanes8",
        }.Where(lanes => loops.Exists(line => line.Contains("MatrixProducts:", StringComparison.Ordinal)
            && line.Contains($"[Tat.Torch.Simd.{lanes}]", StringComparison.Ordinal)))];
    }

    private static void Have(bool supported, string need, string name)
    {
        if (!supported)
        {
            Needs.Missing(need, $"this processor has no {name}.");
        }
    }
}
