using Tat.Torch.Model;
using Tat.Torch.Model.FeatureMaps;
using Tat.Torch.Model.Layers;
using TorchSharp;
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

    [TestMethod]
    public void Activations_on_the_way_equal_the_published_programs()
    {
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        var image = _golden["in.train"];

        var mode = RunMode.For(image);
        var pass = new MapPass(mode);
        var first = pass.Embed(_network.PatchEmbedding, image);
        Check("enc1_0_attn", _network.Encoder1.Blocks[0].Attend(mode, first.clone(), null) - first);
        var encoded = _network.Encode(pass, image);
        Check("enc3", encoded.Level3);
        Check("inp_enc_level4", encoded.LatentInput);

        using var kernels = _network.ComputeRepresentation(image);
        GoldenVectors.AssertClose(_golden["act.tren_emb"], kernels.Embedding!, Tolerance, "tren_emb");
        foreach (var (name, stage) in new[] { ("l1", kernels.Stages.Level1!), ("l2", kernels.Stages.Level2!), ("l3",
            kernels.Stages.Level3!), ("lat", kernels.Stages.Latent!) })
        {
            GoldenVectors.AssertClose(_golden[$"act.kernel_{name}_ffn"], stage.FeedForward, Tolerance, $"kernels of {name}, ffn");
            GoldenVectors.AssertClose(_golden[$"act.kernel_{name}_attn"], stage.Attention, Tolerance, $"kernels of {name}, attn");
        }

        var block = _network.Latent.Blocks[0];
        var attended = block.Attend(mode, encoded.LatentInput.clone(), kernels.Stages.Latent);
        Check("latent_0_attn", attended - encoded.LatentInput);
        Check("latent_0_ffn", block.FeedForward(mode, attended.clone(), kernels.Stages.Latent) - attended);
        Check("latent", _network.Latent.Apply(mode, encoded.LatentInput.clone(), kernels.Stages.Latent));

        void Check(string name, Tensor map) => GoldenVectors.AssertClose(_golden[$"act.{name}"], map.permute(0, 3, 1, 2), Tolerance, name);
    }

    [TestMethod]
    public void Gradients_equal_the_published_programs()
    {
        using var scope = NewDisposeScope();
        using var network = _golden.CreateNetwork();
        var restored = (network.forward(_golden["in.train"]) - _golden["label.train"]).abs().mean([1, 2, 3]);
        GoldenVectors.AssertClose(_golden["loss.restored"], restored, Tolerance, "loss.restored");

        // The weights u of the samples carry no gradient into the network.
        var u = _golden["loss.u"];
        var term = (0.5 / (u.square() + 1e-8) * restored) + (0.5 * (1 + u.square()).log());
        GoldenVectors.AssertClose(_golden["loss.term"], term, Tolerance, "loss.term");
        term.mean().backward();

        var gradients = network.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter.grad!);
        foreach (var name in _golden.Names.Where(name => name.StartsWith("grad.", StringComparison.Ordinal)))
        {
            GoldenVectors.AssertClose(_golden[name], gradients[name["grad.".Length..]], Tolerance, name);
        }

        var names = _golden.Metadata["gradnorm_names"].Split(' ');
        Assert.IsEmpty(gradients.Keys.Except(names));
        var norms = _golden["gradnorm.all"].data<float>().ToArray();
        for (var i = 0; i < names.Length; i++)
        {
            if (gradients.TryGetValue(names[i], out var gradient))
            {
                Assert.AreEqual(norms[i], gradient.norm().ToSingle(), 1e-5 * (1 + norms[i]), names[i]);
            }
        }
    }
}
