using System.CommandLine;
using System.CommandLine.Parsing;
using Tat.Samples.Shared.Training;
using Tat.Torch.Training;

namespace Tat.Samples.Scripting;

/// <summary>The options of <c>train</c> by which it writes a model with its configuration and code.</summary>
internal sealed class ScriptedOptions
{
    private static readonly string[] _basics = ["--data", "--minutes", "--device", "--seed"];

    private readonly Option<string?> _name = new("--name")
    {
        Description = "With --data: choose options by trial within --minutes (by default 10), and write NAME.mlnet, NAME.mbconfig and C# "
            + "code that trains, evaluates and restores, into the folder --out.",
    };
    private readonly Option<string?> _configuration = new("--training-config")
    {
        Description = "Train as a file NAME.mbconfig says, and write what --name writes; by default beside it.",
    };
    private readonly Option<string?> _template = new("--template")
    {
        Description = "Add a project that builds and runs with the code: console, webapi or training.",
    };

    public ScriptedOptions() => _template.AcceptOnlyFromAmong([.. CodeTemplates.Projects]);

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_name);
        command.Add(_configuration);
        command.Add(_template);
    }

    /// <summary>Whether one of them is given, and if so, whether it goes with the others.</summary>
    public bool Check(CommandResult result, TrainingOptions others)
    {
        var (isNamed, isFile) = (result.GetValue(_name) is not null, result.GetValue(_configuration) is not null);
        if (!isNamed && !isFile)
        {
            if (result.GetValue(_template) is not null)
            {
                result.AddError("--template is for --name and --training-config.");
            }

            return false;
        }

        string[] given = [.. others.Given(result)];
        if (isNamed == isFile || isNamed != given.Contains("--data"))
        {
            result.AddError("Give --data and --name, or else --training-config.");
        }
        else if (given.Except(isNamed ? _basics : []).ToList() is [var first, ..])
        {
            result.AddError(isNamed
                ? $"With --name, options are chosen by trial; put {first} into the NAME.mbconfig file, and train with --training-config."
                : $"With --training-config, all options come from the file; put {first} there.");
        }

        return true;
    }

    /// <summary>The training that they describe; <see langword="null"/> where none of them is given.</summary>
    /// <param name="parsed">What was typed.</param>
    /// <param name="others">The other options of training.</param>
    /// <param name="folder">Where to write; <see langword="null"/> for a folder of the model's name, or that of the file.</param>
    public ScriptedTraining? TrainingOf(ParseResult parsed, TrainingOptions others, string? folder)
    {
        var project = parsed.GetValue(_template);
        if (parsed.GetValue(_configuration) is { } file)
        {
            return ScriptedTraining.OfFile(file, folder, project);
        }

        if (parsed.GetValue(_name) is not { } name)
        {
            return null;
        }

        var (data, minutes, device, seed) = others.Basics(parsed);
        var seconds = (minutes ?? 10) * 60;
        var options = new TrainingOptionSection
        {
            TrainingTime = seconds is >= 1 and <= int.MaxValue ? (int)seconds : throw new InvalidDataException(
                FormattableString.Invariant($"--minutes {minutes} is too short to train in: give at least a second.")),
            Training = TatTrainerOptions.Cpu with { Seed = seed },
        };
        return ScriptedTraining.OfPairs(new(name), data!, folder ?? name, project, options, device);
    }
}
