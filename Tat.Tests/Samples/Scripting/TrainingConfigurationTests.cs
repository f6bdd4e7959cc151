using Tat.Samples.Scripting;
using Tat.Tests.Formats;
using Tat.Torch.Model;
using Tat.Torch.Training;

namespace Tat.Tests.Samples.Scripting;

[TestClass]
public sealed class TrainingConfigurationTests
{
    private const string Whole = """
        {
          "Type": "TrainingConfig",
          "Version": 1,
          "Scenario": { "ScenarioType": "ImageRestoration" },
          "DataSource": { "Type": "Folder", "Version": 1, "FolderPath": "pairs" },
          "Environment": { "Type": "LocalCPU", "Version": 1, "Device": "cpu" },
          "TrainingOption": {
            "TrainingTime": 60,
            "Training": {
              "Iterations": 5,
              "LearningRate": 0.001
            }
          }
        }
        """;

    [TestMethod]
    [DataRow("\"LearningRate\": 0.001", "\"LearningRate\": -1", 11, "LearningRate is -1")]
    [DataRow("\"LearningRate\": 0.001", "\"LearningRate\": \"fast\"", 11, "property $.TrainingOption.Training.LearningRate")]
    [DataRow("\"Iterations\": 5", "\"Iteratons\": 5", 10, "Iteratons")]
    [DataRow("\"TrainingTime\": 60", "\"TrainingTime\": 0", 8, "TrainingTime is 0")]
    [DataRow("ImageRestoration", "Forecasting", 4, "ScenarioType is Forecasting")]
    [DataRow("\"Version\": 1,\n  \"Sc", "\"Version\": 7,\n  \"Sc", 3, "Version is 7")]
    [DataRow("\"FolderPath\": \"pairs\"", "\"FolderPath\": \"\"", 5, "FolderPath is empty")]
    [DataRow("\"Device\": \"cpu\"", "\"Device\": \"abacus\"", 6, "abacus")]
    [DataRow("\"Iterations\": 5,", "\"Iterations\": 5", 11, "property $")]
    public async Task An_error_names_the_line_and_the_property(string sound, string broken, int line, string problem)
    {
        using var folder = new TemporaryFolder();
        var path = Write(folder, Whole.Replace("\r", "", StringComparison.Ordinal).Replace(sound, broken, StringComparison.Ordinal));
        var run = await Cli.RunAsync("train", "--training-config", path);
        run.AssertFailed(1, $"line {line}");
        StringAssert.Contains(run.Errors, problem, StringComparison.Ordinal);
    }

    [TestMethod]
    public void What_a_file_does_not_name_is_that_of_a_short_training_on_a_processor()
    {
        using var folder = new TemporaryFolder();
        var option = TrainingConfiguration.Read(Write(folder, Whole)).TrainingOption;
        Assert.AreEqual((true, TatTrainerOptions.Cpu with { Iterations = 5 }, TatNetworkOptions.Small),
            (option.IsChosen, option.Training, option.Network));
    }

    [TestMethod]
    public void Options_are_looked_for_where_a_file_names_none()
    {
        using var folder = new TemporaryFolder();
        Assert.IsFalse(TrainingConfiguration.Read(Write(
            folder, """{ "DataSource": { "FolderPath": "pairs" }, "TrainingOption": { "TrainingTime": 60 } }""")).TrainingOption.IsChosen);
    }

    [TestMethod]
    public void The_file_in_the_documentation_is_one()
    {
        using var folder = new TemporaryFolder();
        var page = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "scripted-training.md"));
        var start = page.IndexOf("```json", StringComparison.Ordinal) + "```json".Length;
        var option = TrainingConfiguration.Read(
            Write(folder, page[start..page.IndexOf("```", start, StringComparison.Ordinal)])).TrainingOption;
        Assert.AreEqual((true, 2000L, "pretrained"), (option.IsChosen, option.Training.Iterations, option.Training.InitialWeights));
    }

    [TestMethod]
    public async Task Options_that_do_not_go_together_are_wrong_usage()
    {
        (await Cli.RunAsync("train", "--name", "LungCT")).AssertFailed(2, "Give --data and --name");
        (await Cli.RunAsync("train", "--name", "LungCT", "--data", "x", "--rate", "1")).AssertFailed(2, "--rate");
        (await Cli.RunAsync("train", "--training-config", "x.mbconfig", "--seed", "1")).AssertFailed(2, "--seed");
        (await Cli.RunAsync("train", "--data", "x", "--template", "console")).AssertFailed(2, "--template");
        (await Cli.RunAsync("train", "--data", "x", "--name", "a/b")).AssertFailed(1, "cannot be called");
    }

    private static string Write(TemporaryFolder folder, string text)
    {
        File.WriteAllText(folder["LungCT.mbconfig"], text);
        return folder["LungCT.mbconfig"];
    }
}
