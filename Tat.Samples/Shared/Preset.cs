using System.CommandLine;
using Tat.Torch.Model;
using Tat.Torch.Training;

namespace Tat.Samples.Shared;

/// <summary>A network by its name, and how it is trained where nothing else is said.</summary>
internal sealed record Preset(string Name, TatNetworkOptions Network, TatTrainerOptions Training)
{
    /// <summary>Minutes on a CPU.</summary>
    public static readonly Preset Small = new("small", TatNetworkOptions.Small, TatTrainerOptions.Cpu);

    /// <summary>Hours on a CPU.</summary>
    public static readonly Preset Medium = new(
        "medium", TatNetworkOptions.Medium, TatTrainerOptions.Cpu with { Iterations = 20_000, ValidationInterval = 500 });

    /// <summary>As published: for a GPU.</summary>
    public static readonly Preset Paper = new("paper", TatNetworkOptions.Paper, TatTrainerOptions.Paper);

    private static readonly Preset[] _all = [Small, Medium, Paper];

    /// <summary>The preset of a name that <see cref="Option"/> has let pass.</summary>
    public static Preset Of(string name) => _all.Single(preset => preset.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The name of the preset that a network is, whatever patches it was trained on; <see langword="null"/> for none.</summary>
    public static string? NameOf(TatNetworkOptions network) =>
        Array.Find(_all, preset => preset.Network with { TrainSize = network.TrainSize } == network)?.Name;

    /// <summary>An option that takes the name of a preset.</summary>
    public static Option<string?> Option(string description, Preset? otherwise = null)
    {
        var option = new Option<string?>("--network") { Description = description };
        if (otherwise is not null)
        {
            option.DefaultValueFactory = _ => otherwise.Name;
        }

        option.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, [.. _all.Select(preset => preset.Name)]);
        return option;
    }
}
