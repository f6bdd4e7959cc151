using Tat.Tests.Formats;
using Tat.Torch.Model;
using Tat.Torch.Tasks;
using Tat.Torch.TensorFiles;
using static TorchSharp.torch;

namespace Tat.Tests.Model;

[TestClass]
public sealed class TatModelTests
{
    private static readonly TaskVocabulary _tasks = new(
        RestorationTask.Ct,
        new RestorationTask("Ultraschall “B”", "echo", "dB", new(-60, 0), new(-40, -5)) { DoseReduction = 1.5, UpscalingFactor = 2 });

    private static readonly ModelCard _card = new()
    {
        Trained = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Iterations = 123,
        Data = "Phantome — Kopf",
        TrainingPairs = new Dictionary<string, int> { ["CT"] = 5 },
        Validation = new Dictionary<string, TaskScore> { ["CT"] = new(30.5, double.NaN, 12, 3) },
    };

    [TestMethod]
    public void A_saved_model_comes_back_with_the_same_weights_tasks_and_card()
    {
        using var model = new TatModel(new TatNetwork(GoldenVectors.Options), _tasks, _card);
        var bytes = Save(model);
        foreach (var stream in new Stream[] { new MemoryStream(bytes), new OneWayStream(bytes) })
        {
            using var loaded = TatModel.Load(stream);
            Assert.AreEqual(model.Network.Options, loaded.Network.Options);
            CollectionAssert.AreEqual(_tasks.ToArray(), loaded.Tasks.ToArray());
            Assert.AreEqual(_card.Trained, loaded.Card.Trained);
            Assert.AreEqual(_card.Data, loaded.Card.Data);
            Assert.AreEqual(_card.Validation["CT"], loaded.Card.Validation["CT"]);
            CollectionAssert.AreEqual(bytes, Save(loaded), "the same model gives the same bytes");
        }
    }

    [TestMethod]
    public void What_a_description_leaves_out_is_as_in_the_defaults()
    {
        var (network, tasks, card) = ReadWithCard("{\"Iterations\":7}");
        Assert.AreEqual(new TatNetworkOptions { Width = 16 }, network);
        Assert.AreEqual("CT", tasks.Single().Name);
        Assert.AreEqual((7, new ModelCard().ProductVersion, 0), (card.Iterations, card.ProductVersion, card.Sources.Count));
    }

    [TestMethod]
    [DataRow("{\"CT\":null}")]
    [DataRow("{\"CT\":{\"All\":0}}")]
    [DataRow("{\"CT\":{\"All\":2,\"Outstanding\":-1}}")]
    [DataRow("{\"CT\":{\"All\":2,\"Outstanding\":1.5,\"Peaks\":0}}")]
    [DataRow("null")]
    public void Means_are_kept_over_sizes_or_the_card_is_refused(string means)
    {
        var card = ReadWithCard("{\"KeepsMeans\":{\"CT\":{\"All\":2,\"Outstanding\":1.5,\"Peaks\":0.8}}}").Card;
        Assert.AreEqual(new KeptMeans { All = 2, Outstanding = 1.5, Peaks = 0.8 }, card.KeepsMeans["CT"]);
        var refused = Assert.ThrowsExactly<InvalidDataException>(() => ReadWithCard($"{{\"KeepsMeans\":{means}}}"));
        StringAssert.Contains(refused.Message, "a model");
    }

    private static (TatNetworkOptions Network, TaskVocabulary Tasks, ModelCard Card) ReadWithCard(string card) => TatModelFormat.Read(
        new Dictionary<string, string>
        {
            ["tat.format"] = "1",
            ["tat.network"] = "{\"Width\":16}",
            ["tat.tasks"] = "[{\"Name\":\"CT\",\"Quantity\":\"a\",\"Unit\":\"HU\",\"Minimum\":0,\"Maximum\":1,"
                + "\"MetricMinimum\":0,\"MetricMaximum\":1}]",
            ["tat.card"] = card,
        }, "a model");

    [TestMethod]
    [DataRow(false, "2")]
    [DataRow(true, "3")]
    public void A_task_that_is_scaled_by_volume_keeps_its_scaling_and_makes_a_file_that_older_programs_refuse(bool fits, string version)
    {
        var tasks = new TaskVocabulary(RestorationTask.Ct, RestorationTask.MriByVolume with { FitsResolution = fits });
        using var model = new TatModel(new TatNetwork(GoldenVectors.Options), tasks, _card);
        var bytes = Save(model);
        StringAssert.Contains(System.Text.Encoding.UTF8.GetString(bytes, 8, 3000), $"\"tat.format\":\"{version}\"");
        using var loaded = TatModel.Load(new MemoryStream(bytes));
        CollectionAssert.AreEqual(tasks.ToArray(), loaded.Tasks.ToArray());

        using var fixedRanges = new TatModel(new TatNetwork(GoldenVectors.Options), TaskVocabulary.Paper, _card);
        var text = System.Text.Encoding.UTF8.GetString(Save(fixedRanges), 8, 3000);
        StringAssert.Contains(text, "\"tat.format\":\"1\"");
        Assert.IsFalse(text.Contains("Scaling", StringComparison.Ordinal) || text.Contains("FitsResolution", StringComparison.Ordinal),
            "as it always was");
    }

    [TestMethod]
    public void A_damaged_model_is_refused_with_an_explanation()
    {
        using var model = new TatModel(new TatNetwork(GoldenVectors.Options), _tasks, _card);
        var bytes = Save(model);
        foreach (var length in new[] { 0, 7, 100, 5000, bytes.Length - 1 })
        {
            Assert.ThrowsExactly<InvalidDataException>(() => TatModel.Load(new MemoryStream(bytes, 0, length)));
            Assert.ThrowsExactly<InvalidDataException>(() => TatModel.Load(new OneWayStream(bytes[..length])));
        }

        var text = System.Text.Encoding.UTF8.GetString(bytes, 8, 3000);
        foreach (var (old, replacement) in new[] { ("\\\"Width\\\":8", "\\\"Width\\\":6"), ("\\\"Width\\\":8",
            "\\\"Width\\\":7"), ("tat.format", "tat.fOrmat"), ("tat.tasks", "tat.tAsks") })
        {
            var damaged = (byte[])bytes.Clone();
            System.Text.Encoding.UTF8.GetBytes(text.Replace(old, replacement)).CopyTo(damaged, 8);
            Assert.ThrowsExactly<InvalidDataException>(() => TatModel.Load(new MemoryStream(damaged)), $"{old} → {replacement}");
        }
    }

    [TestMethod]
    public void A_file_of_bare_weights_is_not_a_model()
    {
        var stream = new MemoryStream();
        using var values = ones(3);
        SafetensorsWriter.Write(stream, new Dictionary<string, Tensor> { ["a"] = values });
        stream.Position = 0;
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => TatModel.Load(stream)).Message, "not a TAT model");
    }

    [TestMethod]
    public void A_file_is_replaced_whole()
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}.safetensors");
        try
        {
            using var model = new TatModel(new TatNetwork(GoldenVectors.Options), _tasks);
            model.Save(path);
            model.Save(path);
            CollectionAssert.AreEqual(Save(model), File.ReadAllBytes(path));
            Assert.HasCount(1, Directory.GetFiles(Path.GetTempPath(), Path.GetFileName(path) + "*"));
            using var loaded = TatModel.Load(path);
            Assert.AreEqual(2, loaded.Tasks.Count);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static byte[] Save(TatModel model)
    {
        var stream = new MemoryStream();
        model.Save(stream);
        return stream.ToArray();
    }

    [TestMethod]
    public void Half_precision_halves_a_file_and_changes_weights_by_half_a_thousandth()
    {
        using var model = new TatModel(TatNetwork.CreateUninitialized(TatNetworkOptions.Small), TaskVocabulary.Paper);
        using (no_grad())
        {
            foreach (var (_, parameter) in model.Network.named_parameters())
            {
                parameter.normal_();
            }
        }

        using MemoryStream whole = new(), half = new();
        model.Save(whole);
        model.Save(half, halfPrecision: true);
        Assert.IsLessThan(0.52 * whole.Length, half.Length);
        half.Position = 0;
        using var loaded = TatModel.Load(half);
        using var scope = NewDisposeScope();
        foreach (var ((name, a), (_, b)) in model.Network.named_parameters().Zip(loaded.Network.named_parameters()))
        {
            Assert.IsLessThan(5.1e-4, ((a - b).abs() / (a.abs() + 1e-3)).max().item<float>(), name);
        }

        // What ONNX reads without LibTorch is the same.
        half.Position = 0;
        var reader = new SafetensorsReader(half, "half");
        var parameters = loaded.Network.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter);
        foreach (var entry in reader.Entries)
        {
            CollectionAssert.AreEqual(parameters[entry.Name].data<float>().ToArray(), reader.ReadFloats(entry));
        }

        using (no_grad())
        {
            model.Network.named_parameters().First(pair => pair.parameter.numel() > 2000).parameter.fill_(1e6);
        }

        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => model.Save(half, halfPrecision: true)).Message,
            "single precision");
    }

    [TestMethod]
    public void A_file_in_half_precision_is_compared_with_the_model_before_it_gets_its_name()
    {
        using var model = new TatModel(new TatNetwork(TatNetworkOptions.Small, 5), TaskVocabulary.Paper);
        using var folder = new TemporaryFolder();
        var path = folder["half.safetensors"];
        Assert.IsInRange(1e-9, 1e-2, model.Save(path, halfPrecision: true));
        Assert.AreEqual(0, model.Save(folder["whole.safetensors"]));

        // What half precision loses is made large by the last layer, whose few weights stay as they are.
        using (no_grad())
        {
            var last = model.Network.named_parameters().Single(pair => pair.name == "output.weight").parameter;
            last.copy_(last * 1e6);
        }

        var before = File.ReadAllBytes(path);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => model.Save(path, halfPrecision: true)).Message,
            "0.01 is allowed");
        CollectionAssert.AreEqual(before, File.ReadAllBytes(path));
        Assert.HasCount(2, Directory.GetFiles(folder.Path));
    }
}
