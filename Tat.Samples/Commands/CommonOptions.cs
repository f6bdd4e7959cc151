using System.CommandLine;

namespace Tat.Samples.Commands;

/// <summary>Options that several commands have.</summary>
internal static class CommonOptions
{
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

    public static Option<bool> Json() => new("--json") { Description = "Print JSON and nothing else." };

    public static Option<bool> Overwrite() => new("--overwrite") { Description = "Replace files that are there." };
}
