using System.Text.RegularExpressions;
using Microsoft.ML;
using Tat.MLNet;
using Tat.MLNet.Scoring;
using Tat.MLNet.Training;
using Tat.Samples.Shell;
using Tat.Tests.Samples;
using Tat.Torch.Imaging;
using Tat.Torch.Model;
using Tat.Torch.Onnx;
using Tat.Torch.Training;

namespace Tat.Tests.Documentation;

/// <summary>What the README shows compiles, and what it names exists.</summary>
[TestClass]
public sealed partial class ReadmeTests
{
    [TestMethod]
    public void Its_code_compiles()
    {
        var compiled = Snippet().Matches(File.ReadAllText(Path.Combine(SourceTree.Root, "Tat.Tests", "Documentation", "ReadmeTests.cs"))).Select(match => Lines(match.Groups[1].Value)).ToArray();
        var shown = CodeBlock().Matches(ReadMe()).Select(match => Lines(match.Groups[1].Value)).ToArray();
        CollectionAssert.AreEqual(compiled, shown);
        Assert.IsTrue(shown.All(code => code.Split('\n').Length <= 10));
    }

    [TestMethod]
    public void Every_file_that_it_links_to_is_there()
    {
        foreach (Match link in Link().Matches(ReadMe()))
        {
            Assert.IsTrue(Path.Exists(Path.Combine(SourceTree.Root, link.Groups[1].Value)), link.Value);
        }
    }

    [TestMethod]
    public async Task Every_command_is_explained_and_every_explained_command_exists()
    {
        var help = (await Cli.RunAsync("--help")).Output;
        var commands = HelpCommand().Matches(help[help.IndexOf("Commands:", StringComparison.Ordinal)..]).Select(match => match.Groups[1].Value).ToArray();
        var explained = ExplainedCommand().Matches(ReadMe()).Select(match => match.Groups[1].Value).Distinct().ToArray();
        CollectionAssert.AreEquivalent(commands, explained);
        foreach (var command in explained)
        {
            Assert.AreEqual(ExitCodes.Done, (await Cli.RunAsync(command, "--help")).ExitCode);
        }
    }

    /// <summary>Compiled, not run: it reads a folder of the user's.</summary>
    internal static void Pipeline()
    {
        // README
        var ml = new MLContext(seed: 42);
        var train = ml.ImageRestoration.LoadPairs("data", split: "train");
        var pipeline = ml.ImageRestoration.TagTask().Append(ml.ImageRestoration.Trainers.Tat(
            new TatEstimator.Options { Network = TatNetworkOptions.Small, Training = TatTrainerOptions.Cpu }));
        var model = pipeline.Fit(train);
        var restored = model.Transform(ml.ImageRestoration.LoadPairs("data", split: "test"));
        var metrics = ml.ImageRestoration.Evaluate(restored);
        ml.Model.Save(model, train.Schema, "tat.zip");
        var engine = ml.Model.CreatePredictionEngine<ImageInput, RestoredImage>(ml.Model.Load("tat.zip", out _));
        // end
        _ = (metrics, engine);
    }

    /// <summary>Compiled, not run.</summary>
    internal static void Onnx(MLContext ml, ImageSlice slice)
    {
        // README
        var images = ml.ImageRestoration.LoadImages("scans", task: "MRI");
        var restored = ml.ImageRestoration.ApplyOnnx("tat.onnx").Fit(images).Transform(images);
        var onGpu = ml.ImageRestoration.ApplyOnnx(new TatOnnxEstimator.Options { ModelFile = "tat.onnx", Runtime = new() { ExecutionProvider = "CUDA" } });
        using var withoutPipeline = new OnnxRestorer("tat.onnx");
        var range = ml.ImageRestoration.ReadModelInfo("pixels.onnx").Tasks["MRI"].RangeOf(slice); // an ImageSlice
        var plain = ml.Transforms.ApplyOnnxModel(["restored"], ["pixels", "size", "range_min", "range_max"], "pixels.onnx");
        // end
        _ = (restored, onGpu, range, plain);
    }

    private static string ReadMe() => File.ReadAllText(Path.Combine(SourceTree.Root, "README.md"));

    private static string Lines(string code) => string.Join('\n', code.Trim().Split('\n').Select(line => line.Trim()));

    [GeneratedRegex("// README\n(.*?)// end", RegexOptions.Singleline)]
    private static partial Regex Snippet();

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"\]\((?!https?:)([^)#]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^  ([a-z]+)", RegexOptions.Multiline)]
    private static partial Regex HelpCommand();

    [GeneratedRegex(@"^\| `([a-z]+)", RegexOptions.Multiline)]
    private static partial Regex ExplainedCommand();
}
