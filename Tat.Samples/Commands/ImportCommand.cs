using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
using Tat.Samples.Shared;
using Tat.Samples.Shell;
using Tat.Torch.Checkpoints;
using Tat.Torch.Model;
using Tat.Torch.Tasks;

namespace Tat.Samples.Commands;

/// <summary><c>import WEIGHTS --out X</c>: makes a model of weights that PyTorch has saved.</summary>
internal static class ImportCommand
{
    public static Command Create(Terminal terminal)
    {
        var weights = new Argument<string>("weights")
        {
            Description = "A state_dict, or a file that contains one: .pth, .pt or .safetensors. Nothing in it is executed.",
        };
        var output = new Option<string>("--out")
        {
            Description = "The model to write: .safetensors, or .zip for ML.NET.",
            DefaultValueFactory = _ => "tat.safetensors",
        };
        var tasks = new Option<string[]>("--tasks")
        {
            Description = "The tasks that the network was trained for, in order.",
            DefaultValueFactory = _ => [.. TaskVocabulary.Paper.Select(task => task.Name)],
            AllowMultipleArgumentsPerToken = true,
        };
        var trainSize = new Option<int>("--train-size")
        {
            Description = "Side of the patches that the network was trained on.",
            DefaultValueFactory = _ => 128,
        };
        var overwrite = CommonOptions.Overwrite();
        var command = new Command("import", "Imports weights from PyTorch.") { weights, output, tasks, trainSize, overwrite };
        command.SetAction((parsed, _) =>
        {
            var (source, target) = (parsed.GetRequiredValue(weights), parsed.GetRequiredValue(output));
            CommonOptions.CheckFile(parsed.GetValue(overwrite), target);
            ModelFiles.CheckWritten(target);
            OptionUse.Check(parsed, [tasks, trainSize], "bare weights, and a model tells this itself",
                () => WeightsFile.ReadTasks(source) is null);
            var ml = new MLContext();
            using var imported = ml.ImageRestoration.LoadPretrained(source, new()
            {
                Weights = new()
                {
                    Tasks = new(parsed.GetRequiredValue(tasks).Select(name => TaskVocabulary.Paper[name])),
                    TrainSize = parsed.GetValue(trainSize),
                },
            });
            ModelFiles.Save(ml, imported, target);
            terminal.Line($"Weights of {imported.Card.InitialWeights}.");
            terminal.Line(Describe(imported.Model.Network));
            terminal.Line($"The model is in {target}.");
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    private static string Describe(TatNetwork network)
    {
        var options = network.Options;
        return string.Create(CultureInfo.InvariantCulture,
            $"{options.ParameterCount:N0} parameters: width {options.Width}, blocks {string.Join("-", options.Blocks)}, "
            + $"{options.RefinementBlocks} in refinement, heads {string.Join("-", options.Heads)}, representation features "
            + $"{options.RepresentationFeatures}.");
    }
}
