using System.CommandLine;
using static TorchSharp.torch;

namespace Tat.Samples.Bench.Forward;

/// <summary>What a process of <c>bench forward</c> is to measure.</summary>
/// <param name="What">One of the names of <see cref="ForwardRun"/>.</param>
/// <param name="Model">A model file.</param>
/// <param name="Size">Side of the images.</param>
/// <param name="Repeat">Repetitions after the first one.</param>
/// <param name="Threads">Threads of LibTorch.</param>
/// <param name="Image">Bare 32-bit floats on [0, 1].</param>
/// <param name="Output">Receives the result of <see cref="ForwardRun.Network"/>.</param>
internal sealed record ForwardWork(string What, string Model, int Size, int Repeat, int Threads, string Image, string Output)
{
    /// <summary>Names of precisions.</summary>
    public const string Single = "single", Tf32 = "tf32", BFloat16 = "bfloat16";

    /// <summary>Slices of a volume.</summary>
    public int Slices { get; init; } = 20;

    /// <summary>Images that go through the network together.</summary>
    public int Batch { get; init; } = 1;

    /// <summary>Where it is measured.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>In what the network computes.</summary>
    public string Precision { get; init; } = Single;

    /// <summary>The type of weights and images.</summary>
    public ScalarType Type => Precision == BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;

    public static Option<int> SlicesOption() =>
        new("--slices") { Description = "Slices of the volume.", DefaultValueFactory = _ => 20 };

    public static Option<int> BatchOption() => new("--batch")
    {
        Description = "Images that go through the network together: on a GPU as many as its memory holds.",
        DefaultValueFactory = _ => 1,
    };

    public static Option<string> PrecisionOption()
    {
        var option = new Option<string>("--precision")
        {
            Description = "Measure the network in tf32 (GPU) or bfloat16, too, and what that does to the result.",
            DefaultValueFactory = _ => Single,
        };
        option.AcceptOnlyFromAmong(Single, Tf32, BFloat16);
        return option;
    }

    public static Option<string> DeviceOption() =>
        new("--device") { Description = "Where the network runs: cpu, cuda, cuda:N or auto.", DefaultValueFactory = _ => "cpu" };
}
