using System.IO.Compression;
using Tat.MLNet.Formats;
using Tat.MLNet.Scans;
using Tat.Tests.Formats;
using Tat.Torch.TensorFiles.PyTorch;

namespace Tat.Tests.TensorFiles;

[TestClass]
public sealed class StateDictionaryTests
{
    [TestMethod]
    [DataRow("model. ema_model.", "ema_model.", ", of 2 sets that of 'ema_model', which is averaged (EMA); the others are 'model'")]
    [DataRow("params. params_ema.", "params_ema.", ", of 2 sets that of 'params_ema', which is averaged (EMA); the others are 'params'")]
    [DataRow("schema.net. net.", "net.", ", of 2 sets that of 'net', and none is averaged (EMA); the others are 'schema.net'")]
    [DataRow("|teacher.", "", ", of 2 sets that of no prefix, and none is averaged (EMA); the others are 'teacher'")]
    [DataRow("module.", "module.", "")]
    public void The_averaged_set_is_taken_and_it_is_said_which(string prefixes, string taken, string choice)
    {
        var weights = prefixes.Split(' ', '|')
            .ToDictionary(prefix => $"{prefix}patch_embed.proj.weight", prefix => new StoredWeights([1], () => [prefix.Length]));
        var found = StateDictionary.Find(weights);
        Assert.AreEqual((taken, choice, 1), (found.Prefix, found.Choice, found.Weights.Count));
        Assert.AreEqual(taken.Length, found.Weights["patch_embed.proj.weight"].Read()[0]);
    }

    [TestMethod]
    public void More_sets_of_weights_than_a_checkpoint_has_are_refused()
    {
        var weights = Enumerable.Range(0, 30_000)
            .ToDictionary(i => $"net{i}.patch_embed.proj.weight", _ => new StoredWeights([1], () => [0]));
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidDataException>(() => StateDictionary.Find(weights)).Message, "30000 sets of weights");
    }

    [TestMethod]
    public void A_tensor_of_torch_save_called_bin_is_an_image_and_results_are_files()
    {
        using var folder = new TemporaryFolder();
        float[] values = [.. Enumerable.Range(0, 12).Select(i => (float)i)];
        using (var archive = ZipFile.Open(folder["x.bin"], ZipArchiveMode.Create))
        {
            Add("archive/data.pkl", new PickleWriter().Tensor([3, 4], writer => writer.Storage("0", 12)).ToArray());
            Add("archive/data/0", [.. values.SelectMany(BitConverter.GetBytes)]);

            void Add(string name, byte[] content)
            {
                using var entry = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
                entry.Write(content);
            }
        }

        using var scan = ImageFormats.Open(folder["x.bin"]);
        CollectionAssert.AreEqual(values, scan.ReadSlice(0).Pixels);
        var source = ScanFinder.Find([folder["x.bin"]]).Scans;
        Assert.AreEqual("y.npy", ScanJob.Plan(source, "y.npy").Single().Destination);
        Assert.AreEqual(Path.Combine("results", "x.bin"), ScanJob.Plan(source, "results").Single().Destination);
        Assert.AreEqual("x_restored.bin", ScanJob.Plan(source, null).Single().Destination);
    }
}
