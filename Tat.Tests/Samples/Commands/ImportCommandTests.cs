using Microsoft.ML;
using Tat.Tests.Formats;
using Tat.Torch.Model;
using Tat.Torch.Tasks;

namespace Tat.Tests.Samples;

[TestClass]
public sealed class ImportCommandTests
{
    [TestMethod]
    [DataRow("model.safetensors")]
    [DataRow("model.zip")]
    public async Task The_model_is_what_its_name_says(string name)
    {
        using var folder = new TemporaryFolder();
        var source = Write(folder);
        (await Cli.RunAsync("import", source, "--out", folder[name], "--train-size", "32", "--tasks", "MRI")).AssertDone();
        (await Cli.RunAsync("inspect", folder[name])).AssertDone();
        using var model = name.EndsWith(".zip", StringComparison.Ordinal) ? null : TatModel.Load(folder[name]);
        var tasks = model?.Tasks
            ?? new MLContext().ImageRestoration.FindRestoration(new MLContext().Model.Load(folder[name], out _)).Restorer.Tasks;
        Assert.AreEqual("MRI", tasks.Single().Name);
    }

    [TestMethod]
    public async Task Another_name_is_refused()
    {
        using var folder = new TemporaryFolder();
        (await Cli.RunAsync("import", Write(folder), "--out", folder["model.onnx"])).AssertFailed(1, ".zip for ML.NET");
        Assert.HasCount(1, folder.Files);
    }

    /// <summary>Weights as PyTorch would save them, with no word about tasks.</summary>
    private static string Write(TemporaryFolder folder)
    {
        using var model = new TatModel(
            new TatNetwork(TatNetworkOptions.Small with { Width = 8, Blocks = [1, 1, 1, 1], RepresentationFeatures = 4, TrainSize = 32 }),
            TaskVocabulary.Paper);
        Torch.Checkpoints.WeightsFile.Export(model.Network, folder["weights.pth"]);
        return folder["weights.pth"];
    }
}
