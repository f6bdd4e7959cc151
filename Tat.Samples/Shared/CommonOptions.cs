using System.CommandLine;
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

    public static Option<string> Task(bool required) => new("--task") { Description = "PET (synthesis), CT (denoising), MRI (super-resolution) or another task of the model.", Required = required };

    public static Option<string> Model() => new("--model", "--checkpoint")
    {
        Description = "The model: .zip or .mlnet of ML.NET, .onnx, .safetensors, or the folder of a training's checkpoints, also while it goes on; by default the one that comes with the program.",
        DefaultValueFactory = _ => TatPretrained.Name,
    };

    public static Option<string> Device() => new("--device") { Description = "cpu, cuda, cuda:N or auto.", DefaultValueFactory = _ => "auto" };

    public static Option<ulong> Seed() => new("--seed") { Description = "What randomness follows from.", DefaultValueFactory = _ => 42 };

    public static Option<bool> Json() => new("--json") { Description = "Print JSON and nothing else." };

    public static Option<bool> Overwrite() => new("--overwrite") { Description = "Replace results that are there, each when the new one is complete; of a folder with a series all files." };

    /// <summary>Refuses to replace files.</summary>
    /// <exception cref="IOException">One of them exists, and <paramref name="overwrite"/> is not set.</exception>
    public static void CheckFree(bool overwrite, params IEnumerable<string> paths)
    {
        if (!overwrite && paths.FirstOrDefault(path => File.Exists(path) || Directory.Exists(path)) is { } taken)
        {
            throw new IOException($"'{taken}' exists; add --overwrite to replace it.");
        }
    }
}
