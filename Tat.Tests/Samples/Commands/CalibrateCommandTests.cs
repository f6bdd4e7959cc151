using System.Text.Json;
using Tat.MLNet.Formats;
using Tat.Tests.Formats;
using Tat.Torch.Model;
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
}
