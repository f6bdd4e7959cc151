using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Tat.Tests.Model;
using Tat.Torch.Model;
using Tat.Torch.Onnx;
using Tat.Torch.Onnx.Schema;
using static TorchSharp.torch;
using Kind = Tat.Torch.Onnx.Schema.TensorProto.Types.DataType;

namespace Tat.Tests.Onnx;

/// <summary>The bare network as a graph, without ranges and clipping, against the published program and against TorchSharp.</summary>
[TestClass]
public sealed class NetworkGraphTests
{
    [TestMethod]
    [DataRow("train")]
    [DataRow("tlc0")]
    [DataRow("tlc1")]
    [DataRow("tlc2")]
    public void Computes_what_the_published_program_computes(string name)
    {
        using var golden = new GoldenVectors();
        using var network = golden.CreateNetwork();
        using var session = Open(network);
        for (var i = 0; i < golden[$"in.{name}"].shape[0]; i++)
        {
            AssertClose(golden[$"out.{name}"][i].unsqueeze(0), Run(session, golden[$"in.{name}"][i].unsqueeze(0)), 2e-5);
        }
    }

    [TestMethod]
    [DataRow(32, 32, "the training size")]
    [DataRow(8, 8, "one pixel at the latent level")]
    [DataRow(48, 48, "exactly one window")]
    [DataRow(56, 48, "two windows in one axis that overlap almost wholly")]
    [DataRow(96, 96, "windows that touch without overlap")]
    [DataRow(104, 200, "windows that overlap a little, more in one axis than in the other")]
    [DataRow(8, 320, "many windows in a row")]
    public void Computes_what_the_network_computes_at_any_size(int height, int width, string why)
    {
        using var network = ExportedModels.CreateNetwork();
        AssertSame(network, height, width, why);
    }

    [TestMethod]
    public void Holds_for_other_architectures()
    {
        var options = ExportedModels.Options;
        TatNetworkOptions[] all =
        [
            options with { Bias = true },
            options with { LayerNorm = LayerNormKind.BiasFree },
            options with { WeightGeneration = false, Bias = true },
            options with { Width = 6, Heads = [2, 1, 3, 4], Blocks = [2, 1, 1, 1], RefinementBlocks = 2, ExpansionFactor = 1.9 },
        ];
        foreach (var architecture in all)
        {
            using var network = ExportedModels.CreateNetwork(architecture);
            AssertSame(network, 72, 64, architecture.ToString());
        }
    }

    [TestMethod]
    [TestCategory("Slow")]
    public void Holds_for_the_network_of_the_paper()
    {
        using var network = ExportedModels.CreateNetwork(TatNetworkOptions.Paper);
        AssertSame(network, 200, 40, "the network of the paper");
    }

    private static void AssertSame(TatNetwork network, int height, int width, string why)
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var random = new Random(height + width);
        var image = tensor(Enumerable.Range(0, height * width).Select(_ => random.NextSingle()).ToArray(), [1, 1, height, width]);
        using var session = Open(network);
        var expected = network.forward(image);
        // 1e-4 on images in [0, 1]; untrained networks exceed that interval.
        AssertClose(expected, Run(session, image), 1e-4 * Math.Max(1, expected.abs().max().item<float>()), why);
    }

    private static InferenceSession Open(TatNetwork network)
    {
        var g = new GraphBuilder("network");
        var image = new Value("image");
        var size = g.Shape(image);
        var graph = new NetworkGraph(
            new(network.Options), new GraphWeights(OnnxExporter.ReadWeights(network)), g, g.Slice(size, 2, 3, 0), g.Slice(size, 3, 4, 0));
        var result = graph.Build(g, image);
        g.Graph.Input.Add(GraphBuilder.TensorInfo(image.Name, Kind.Float, [1, 1, "H", "W"]));
        g.Graph.Output.Add(GraphBuilder.TensorInfo(result.Name, Kind.Float, [1, 1, "H", "W"]));
        var model = new ModelProto { IrVersion = 8, Graph = g.Graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = 17 });
        using var options = new SessionOptions { IntraOpNumThreads = 1, EnableMemoryPattern = false };
        return new InferenceSession(model.ToByteArray(), options);
    }

    private static Tensor Run(InferenceSession session, Tensor image)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(image.contiguous().data<float>().ToArray(), image.shape);
        using var run = new RunOptions();
        using var outputs = session.Run(run, ["image"], [input], session.OutputNames);
        return tensor(outputs[0].GetTensorDataAsSpan<float>().ToArray(), image.shape);
    }

    private static void AssertClose(Tensor expected, Tensor actual, double tolerance, string why = "")
    {
        using var scope = NewDisposeScope();
        var difference = (expected - actual).abs().max().item<float>();
        Assert.IsTrue(difference <= tolerance, $"differs by {difference:G3}, allowed are {tolerance:G3} {why}");
    }
}
