using System.Text.Json;
using Tat.MLNet.Formats;
using Tat.Tests.Formats;
using Tat.Torch.Model;
using Tat.Torch.Pretrained;
using Tat.Torch.Tasks;

namespace Tat.Tests.Samples;

[TestClass]
public sealed class CalibrateCommandTests
{
    [TestMethod]
    public async Task A_model_is_calibrated_described_and_restores_with_margins()
    {
        using var folder = new TemporaryFolder();
        string[] scans =
        [
            .. new[] { 500, 900 }.Select((level, i) =>
                Loading.SampleImages.Write(folder[$"brain{i}.nii"], level, rows: 48, columns: 48, slices: 3)),
        ];
        var options = TatNetworkOptions.Small with { Width = 8, Blocks = [1, 1, 1, 1], RepresentationFeatures = 4, TrainSize = 32 };
        using (var model = new TatModel(new TatNetwork(options, seed: 1), TaskVocabulary.Paper, new ModelCard()))
        {
            model.Save(folder["raw.safetensors"]);
        }

        (await Cli.RunAsync("restore", scans[0], "--model", folder["raw.safetensors"], "--task", "MRI", "--uncertainty", "--out",
            folder["none.nii"])).AssertFailed(1, "not calibrated for MRI");

        File.WriteAllText(folder["card.json"], "[");
        var early = await Cli.RunAsync(
            ["calibrate", .. scans, "--model", folder["raw.safetensors"], "--task", "MRI", "--slices", "1", "--card", folder["card.json"]]);
        early.AssertFailed(1, "card.json' is not the card of a model");
        Assert.AreEqual("", early.Output);
        File.WriteAllText(folder["card.json"], """{ "name": "mine", "licence": "MIT" /* mine */ }""");
        var run = await Cli.RunAsync(
            ["calibrate", .. scans, "--model", folder["raw.safetensors"], "--task", "MRI", "--slices", "1", "--card", folder["card.json"]]);
        run.AssertDone();
        using (var card = JsonDocument.Parse(File.ReadAllBytes(folder["card.json"])))
        {
            Assert.AreEqual("MIT", card.RootElement.GetProperty("licence").GetString());
            Assert.AreEqual(2, card.RootElement.GetProperty("margins").GetProperty("MRI").GetProperty("scans").GetInt32());
        }

        (await Cli.RunAsync("export", "--model", folder["raw.safetensors"], "--card", folder["card.json"], "--out",
            folder["mine.safetensors"])).AssertDone();
        StringAssert.Contains(
            (await Cli.RunAsync("inspect", folder["mine.safetensors"])).Output, "Margins of MRI", StringComparison.Ordinal);
        (await Cli.RunAsync("restore", scans[0], "--model", folder["mine.safetensors"], "--task", "MRI", "--uncertainty", "--out",
            folder["out.nii"])).AssertDone();
        using var margins = ImageFormats.Open(folder["out_margin.nii"]);
        Assert.AreEqual((48, 48, 3), (margins.Rows, margins.Columns, margins.SliceCount));
        Assert.IsGreaterThan(0, margins.ReadSlice(1).Pixels.Max());

        (await Cli.RunAsync("calibrate", scans[0], "--model", folder["raw.safetensors"], "--task", "MRI", "--slices", "1"))
            .AssertFailed(1, "one scan of MRI");
        (await Cli.RunAsync("restore", scans[0], "--task", "MRI", "--uncertainty", "--strength", "0.5", "--out", folder["x.nii"]))
            .AssertFailed(2, "--uncertainty");
    }

    /// <summary>Margins were found with the local means that the model keeps; losing these makes them wrong.</summary>
    [TestMethod]
    public async Task A_card_replaces_what_it_names_and_margins_go_with_the_means_that_they_were_found_with()
    {
        using var folder = new TemporaryFolder();
        var recorded = TatPretrained.Card;
        var said = await Exported("""{ "margins": { "ct": { "spread": 2, "signal": 0.5 } } }""");
        Assert.AreEqual(recorded.Title, said.Title);
        Assert.AreEqual(recorded.Licence, said.Licence);
        CollectionAssert.AreEquivalent(recorded.KeepsMeans.ToArray(), said.KeepsMeans.ToArray());
        CollectionAssert.AreEquivalent(recorded.Ranges.ToArray(), said.Ranges.ToArray());
        Assert.AreEqual(new() { Spread = 2, Signal = 0.5 }, said.Margins["CT"]);
        Assert.HasCount(1, said.Margins);

        said = await Exported("""{ "name": "mine", "keepsMeans": { "CT": { "all": 3 } } }""");
        Assert.AreEqual(("mine", 3.0), (said.Name, said.KeepsMeans["CT"].All));
        Assert.IsEmpty(said.Margins);

        async Task<ModelCard> Exported(string card)
        {
            File.WriteAllText(folder["card.json"], card);
            (await Cli.RunAsync("export", "--card", folder["card.json"], "--out", folder["x.safetensors"], "--overwrite")).AssertDone();
            using var model = TatModel.Load(folder["x.safetensors"]);
            return model.Card;
        }
    }

    [TestMethod]
    [DataRow("""{ "margins": { "CT": { "spread": -1 } } }""", "the margins of CT")]
    [DataRow("""{ "margins": { "CT": { "spread": 1e39 } } }""", "the margins of CT")]
    [DataRow("""{ "margins": { "CT": { "signal": 0 } } }""", "the margins of CT")]
    [DataRow("""{ "margins": { "CT": { "spread": 1, "coverage": 7 } } }""", "the margins of CT")]
    [DataRow("""{ "margins": { "CT": { "spred": 1 } } }""", "spred")]
    [DataRow("""{ "margins": { "XX": { "spread": 1 } } }""", "'XX', which the model has not learnt")]
    [DataRow("""{ "margins": null }""", "'margins' is null")]
    [DataRow("""{ "margins": { "CT": null } }""", "a null")]
    [DataRow("""{ "keepsMeans": { "CT": { "all": 0 } } }""", "the kept means of CT")]
    [DataRow("""{ "keepsMeans": { "ct": { "all": 3 }, "CT": { "all": 6 } } }""", "twice")]
    [DataRow("""{ "ranges": { "CT": null } }""", "a null")]
    [DataRow("""{ "ranges": { "CT": { "leastNoise": 5, "mostNoise": 1 } } }""", "begins above its end")]
    [DataRow("""{ "margin": {} }""", "an entry 'margin'")]
    [DataRow("""{ "name": "a", "Name": "b" }""", "card.json' is not the card of a model")]
    public async Task A_card_that_no_model_can_have_is_refused_and_no_model_written(string card, string message)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["card.json"], card);
        var run = await Cli.RunAsync("export", "--card", folder["card.json"], "--out", folder["x.safetensors"]);
        run.AssertFailed(1, message);
        Assert.Contains("card.json' is not the card of a model", run.Errors);
        Assert.IsFalse(File.Exists(folder["x.safetensors"]));
    }
}
