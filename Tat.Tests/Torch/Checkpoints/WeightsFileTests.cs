using System.IO.Compression;
using Tat.Tests.Formats;
using Tat.Tests.Training;
using Tat.Torch.Checkpoints;
using Tat.Torch.Model;
using Tat.Torch.TensorFiles.PyTorch;

namespace Tat.Tests.Checkpoints;

[TestClass]
public sealed class WeightsFileTests
{
    private static readonly WeightsImportOptions _options = new() { TrainSize = NoisyWaves.TinyNetwork.TrainSize };

    [TestMethod]
    [DataRow("weights.pth")]
    [DataRow("weights.safetensors")]
    public void Weights_come_back_from_a_file_with_the_architecture_told_from_their_shapes(string name)
    {
        using var folder = new TemporaryFolder();
        using var network = new TatNetwork(NoisyWaves.TinyNetwork, 3);
        WeightsFile.Export(network, folder[name]);
        using var model = WeightsFile.Import(folder[name], _options);
        Assert.AreEqual(NoisyWaves.TinyNetwork, model.Network.Options);
        Assert.AreEqual(name, model.Card.InitialWeights);
        AssertSame(network, model.Network);
        CollectionAssert.AreEqual(new[] { name }, folder.Files);
    }

    [TestMethod]
    [DataRow(false, true, LayerNormKind.BiasFree, 2.0)]
    [DataRow(true, false, LayerNormKind.WithBias, 2.5)]
    public void Every_option_but_the_train_size_is_told_from_shapes(bool bias, bool generates, LayerNormKind norm, double expansion)
    {
        using var folder = new TemporaryFolder();
        var options = NoisyWaves.TinyNetwork with
        {
            Bias = bias,
            WeightGeneration = generates,
            LayerNorm = norm,
            ExpansionFactor =
            expansion,
            Blocks = [2, 1, 3, 1],
            RefinementBlocks = 2,
            RepresentationFeatures = generates ? 2 : 64
        };
        using var network = new TatNetwork(options, 3);
        WeightsFile.Export(network, folder["w.pth"]);
        using var model = WeightsFile.Import(folder["w.pth"], _options);
        Assert.AreEqual(options, model.Network.Options);
    }

    [TestMethod]
    public void A_saved_model_is_imported_with_its_tasks()
    {
        using var folder = new TemporaryFolder();
        using var model = new TatModel(new TatNetwork(NoisyWaves.TinyNetwork, 3), NoisyWaves.Tasks);
        model.Save(folder["m.safetensors"]);
        using var again = WeightsFile.Import(folder["m.safetensors"]);
        Assert.HasCount(2, again.Tasks);
    }

    [TestMethod]
    public void A_mismatch_names_a_missing_an_unknown_and_a_misshaped_tensor_and_counts_the_others()
    {
        using var folder = new TemporaryFolder();
        using var network = new TatNetwork(NoisyWaves.TinyNetwork, 3);
        WeightsFile.Export(network, folder["w.pth"]);
        var error = Assert.ThrowsExactly<InvalidDataException>(() => WeightsFile.Import(
            folder["w.pth"], _options with { Network = NoisyWaves.TinyNetwork with { RefinementBlocks = 2, RepresentationFeatures = 3 } }));
        StringAssert.Contains(error.Message, "refinement.1.norm1.body.weight is missing (and 12 more)");
        StringAssert.Contains(error.Message, "tren.E.0.weight is [2, 2, 3, 3] in place of [3, 2, 3, 3]");
        error = Assert.ThrowsExactly<InvalidDataException>(() =>
            WeightsFile.Import(folder["w.pth"], _options with { Network = NoisyWaves.TinyNetwork with { WeightGeneration = false } }));
        StringAssert.Contains(error.Message, " is unknown (and 42 more)");
    }

    [TestMethod]
    public void A_file_of_other_tensors_or_of_none_is_refused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["t.pth"], TorchFileWriter.PickleTensor([1, 2], [2]));
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => WeightsFile.Import(folder["t.pth"])).Message,
            "it has no tensor 'patch_embed.proj.weight'");
        File.WriteAllText(folder["x.pth"], "no weights at all");
        Assert.ThrowsExactly<InvalidDataException>(() => WeightsFile.Import(folder["x.pth"]));
        File.WriteAllBytes(folder["e.pth"], []);
        Assert.ThrowsExactly<InvalidDataException>(() => WeightsFile.Import(folder["e.pth"]));
        Assert.ThrowsExactly<FileNotFoundException>(() => WeightsFile.Import(folder["none.pth"]));
        using (var archive = ZipFile.Open(folder["z.pth"], ZipArchiveMode.Create))
        {
            archive.CreateEntry("other.txt");
        }

        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => WeightsFile.Import(folder["z.pth"])).Message,
            "zip file without PyTorch's data.pkl");
    }

    [TestMethod]
    public void Damaged_files_are_refused_wherever_the_damage_is()
    {
        using var folder = new TemporaryFolder();
        using var network = new TatNetwork(NoisyWaves.TinyNetwork, 3);
        WeightsFile.Export(network, folder["w.pth"]);
        var whole = File.ReadAllBytes(folder["w.pth"]);
        for (var length = 1; length < whole.Length; length += whole.Length / 23)
        {
            File.WriteAllBytes(folder["cut.pth"], whole[..length]);
            Assert.ThrowsExactly<InvalidDataException>(() => WeightsFile.Import(folder["cut.pth"], _options), $"{length} bytes");
        }
    }

    [TestMethod]
    public void Weights_go_into_a_file_of_a_known_kind_only()
    {
        using var network = new TatNetwork(NoisyWaves.TinyNetwork, 3);
        Assert.ThrowsExactly<ArgumentException>(() => WeightsFile.Export(network, "weights.h5"));
    }

    private static void AssertSame(TatNetwork expected, TatNetwork actual)
    {
        foreach (var (first, second) in expected.named_parameters().Zip(actual.named_parameters()))
        {
            Assert.AreEqual(first.name, second.name);
            Assert.IsTrue(first.parameter.bytes.SequenceEqual(second.parameter.bytes), first.name);
        }
    }
}
