using System.CommandLine;
using System.CommandLine.Parsing;
using Tat.MLNet.Formats;
using Tat.Torch.Files.Writing;
using Tat.Torch.Pretrained;

namespace Tat.Samples.Shared;

/// <summary>Options that several commands have.</summary>
internal static class CommonOptions
{
    /// <summary>Where the quickstart puts its results.</summary>
    public const string QuickstartFolder = "quickstart";

    /// <summary>Files or folders; a misspelt option is not taken for one.</summary>
    public static Argument<string[]> Paths(string name, string description)
    {
        var paths = new Argument<string[]>(name) { Description = description, Arity = ArgumentArity.OneOrMore };
        paths.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.StartsWith("--", StringComparison.Ordinal)))
            {
                result.AddError($"Unknown option '{token.Value}'.");
            }
        });
        return paths;
    }

    public static Option<string> Task(bool required) => new("--task")
    {
        Description = "PET (synthesis), CT (denoising), MRI (super-resolution) or another task of the model.",
        Required = required,
    };

    public static Option<string> Model() => new("--model", "--checkpoint")
    {
        Description = "The model: .zip or .mlnet of ML.NET, .onnx, .safetensors, or a folder of checkpoints, even while the training "
            + "is running; by default the bundled model.",
        DefaultValueFactory = _ => TatPretrained.Name,
    };

    public static Option<string> Device() =>
        new("--device") { Description = "cpu, cuda, cuda:N or auto.", DefaultValueFactory = _ => "auto" };

    public static Option<ulong> Seed() => new("--seed") { Description = "The seed of all random numbers.", DefaultValueFactory = _ => 42 };

    /// <summary>By how much the grid of slices is to be finer.</summary>
    public static Option<UpsamplingFactor?> Factor() => new("--factor")
    {
        Description = "Super-resolution: make the grid of slices finer, 2 for twice as many rows and columns, 1x2 for the columns "
            + "alone; the field of view stays.",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (!UpsamplingFactor.TryParse(text, out var factor))
            {
                result.AddError($"--factor {text} is no factor: give a number of at least 1, such as 2, or one for rows and one for "
                    + "columns, such as 1x2.");
            }

            return factor;
        },
    };

    /// <summary>Whether margins are written, too.</summary>
    public static Option<bool> Uncertainty() => new("--uncertainty")
    {
        Description = "Also write, as NAME_margin, how far each value may be off: restored ± margin holds the value of a good scan in "
            + "90 of 100 pixels. Restores in eight orientations, for eight times the time.",
    };

    /// <summary>Slices of each scan that a study takes.</summary>
    public static Option<int> Slices(int count)
    {
        var slices = new Option<int>("--slices")
        {
            Description = "Slices of each scan, from its middle half.",
            DefaultValueFactory = _ => count,
        };
        slices.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
            {
                result.AddError("--slices takes a number from 1.");
            }
        });
        return slices;
    }

    public static Option<bool> Json() => new("--json") { Description = "Print only JSON." };

    public static Option<bool> Overwrite() => new("--overwrite")
    {
        Description = "Replace existing results, each once the new one is complete; in the folder of a series, all files.",
    };

    /// <summary>Refuses options that mean nothing beside others.</summary>
    public static void CheckTogether(CommandResult result, params IEnumerable<(Option Option, Option Other)> pairs)
    {
        foreach (var (option, other) in pairs)
        {
            if (IsGiven(result, option) && IsGiven(result, other))
            {
                result.AddError($"{option.Name} has no effect together with {other.Name}: leave one of them out.");
            }
        }
    }

    /// <summary>Refuses options that mean nothing without others.</summary>
    public static void CheckNeeded(CommandResult result, params IEnumerable<(Option Option, Option Needed)> pairs)
    {
        foreach (var (option, needed) in pairs)
        {
            if (IsGiven(result, option) && !IsGiven(result, needed))
            {
                result.AddError($"{option.Name} is for {needed.Name}: give both, or neither.");
            }
        }
    }

    /// <summary>Refuses options that mean nothing for what is written.</summary>
    public static void CheckMeaning(CommandResult result, string kind, IEnumerable<Option> meaningless)
    {
        foreach (var option in meaningless.Where(option => IsGiven(result, option)))
        {
            result.AddError($"{option.Name} has no effect for {kind}: leave it out.");
        }
    }

    /// <summary>Refuses to replace files.</summary>
    /// <exception cref="IOException">One of them exists, and <paramref name="overwrite"/> is not set.</exception>
    public static void CheckFree(bool overwrite, params IEnumerable<string> paths)
    {
        if (!overwrite && paths.FirstOrDefault(path => File.Exists(path) || Directory.Exists(path)) is { } taken)
        {
            throw new IOException($"'{taken}' exists; add --overwrite to replace it.");
        }
    }

    /// <summary>Refuses, before the work is done, a file that could not be written after it.</summary>
    /// <exception cref="IOException">It exists and is not to be replaced, is a folder, or its folder cannot be written to.</exception>
    public static void CheckFile(bool overwrite, string path)
    {
        CheckFree(overwrite, path);
        Try(path, path, "file");
    }

    /// <summary>Refuses, before the work is done, results whose folders could not be written after it.</summary>
    /// <param name="overwrite">Whether what is there is replaced.</param>
    /// <param name="results">Files, and folders of their own.</param>
    /// <exception cref="IOException">One exists and is not to be replaced, or a folder cannot be written to.</exception>
    public static void CheckResults(bool overwrite, params IReadOnlyCollection<string> results)
    {
        CheckFree(overwrite, results);
        foreach (var folder in results.Select(path => Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))))
            .OfType<string>().Distinct())
        {
            Try(Path.Combine(folder, Path.GetRandomFileName()), folder, "folder");
        }
    }

    private static void Try(string path, string named, string kind)
    {
        try
        {
            if (Directory.Exists(path))
            {
                throw new IOException("it is a folder.");
            }

            AtomicFile.Try(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"'{named}' cannot be written: {problem.Message} Choose another {kind}.", problem);
        }
    }

    private static bool IsGiven(CommandResult result, Option option) => result.GetResult(option) is { Implicit: false };
}
