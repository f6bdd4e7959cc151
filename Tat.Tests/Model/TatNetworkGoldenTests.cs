using Tat.Torch.Model;
using static TorchSharp.torch;

namespace Tat.Tests.Model;

[TestClass]
public sealed class TatNetworkGoldenTests
{
    private const double Tolerance = 1e-5;

    private static GoldenVectors _golden = null!;
    private static TatNetwork _network = null!;

    [ClassInitialize]
    public static void Load(TestContext context)
    {
        _golden = new();
        _network = _golden.CreateNetwork();
    }

    [ClassCleanup]
    public static void Free()
    {
        _network?.Dispose();
        _golden?.Dispose();
    }

    [TestMethod]
    [DataRow("train", DisplayName = "a batch at the training size, global attention")]
    [DataRow("tlc0", DisplayName = "64×64, windowed attention")]
    [DataRow("tlc1", DisplayName = "104×56, windowed attention")]
    [DataRow("tlc2", DisplayName = "24×16, windowed attention")]
    public void Output_equals_the_published_programs(string image)
    {
        using var scope = NewDisposeScope();
        GoldenVectors.AssertClose(_golden[$"out.{image}"], _network.forward(_golden[$"in.{image}"]), Tolerance, "with gradients");
        using var inference = inference_mode();
        GoldenVectors.AssertClose(_golden[$"out.{image}"], _network.forward(_golden[$"in.{image}"]), Tolerance, "without gradients");
    }
}
