using System.CommandLine;
using System.Diagnostics;

namespace Tat.Samples.Bench.Programs;

/// <summary>The vector instructions that measured programs may use: all that the machine has, or those of a lesser one.</summary>
/// <remarks>
/// .NET, LibTorch and the libraries that LibTorch computes products with are told alike, so that the floor is that of the same
/// instructions. Nothing tells ONNX Runtime, which asks the processor.
/// </remarks>
/// <param name="Name">What the option calls it.</param>
/// <param name="Variables">The environment of programs that keep to it.</param>
internal sealed record InstructionSet(string Name, params IReadOnlyList<(string Name, string Value)> Variables)
{
    /// <summary>All that the machine has.</summary>
    public static readonly InstructionSet All = new("all");

    private static readonly InstructionSet[] _sets =
    [
        All,
        new("avx2", ("DOTNET_EnableAVX512", "0"), ("ATEN_CPU_CAPABILITY", "avx2"), ("ONEDNN_MAX_CPU_ISA", "AVX2"),
            ("MKL_ENABLE_INSTRUCTIONS", "AVX2")),
        new("none", ("DOTNET_EnableAVX", "0"), ("ATEN_CPU_CAPABILITY", "default"), ("ONEDNN_MAX_CPU_ISA", "SSE41"),
            ("MKL_ENABLE_INSTRUCTIONS", "SSE4_2")),
    ];

    /// <summary>An option that takes the name of one.</summary>
    public static Option<string> Option()
    {
        var option = new Option<string>("--instructions")
        {
            Description = "What all programs and the floor may use: all that the machine has, avx2 at most, or none of the wide ones.",
            DefaultValueFactory = _ => All.Name,
        };
        option.AcceptOnlyFromAmong([.. _sets.Select(set => set.Name)]);
        return option;
    }

    /// <summary>The one of a name that <see cref="Option"/> has let pass.</summary>
    public static InstructionSet Of(string name) => _sets.Single(set => set.Name == name);

    /// <summary>Tells a program that is not started yet.</summary>
    public ProcessStartInfo Limit(ProcessStartInfo start)
    {
        foreach (var (name, value) in Variables)
        {
            start.Environment[name] = value;
        }

        return start;
    }
}
