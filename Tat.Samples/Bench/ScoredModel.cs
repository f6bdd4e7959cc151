using System.Diagnostics;
using Tat.Samples.Bench.Programs;
using Tat.Samples.Shared;
using Tat.Torch.Files.Writing;
using Tat.Torch.Onnx;

namespace Tat.Samples.Bench;

/// <summary>A model that takes turns.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Path">Its file.</param>
/// <param name="Other">The checkout whose program runs it; <see langword="null"/> for this one's.</param>
internal sealed record ScoredModel(string Name, string Path, OtherCheckout? Other = null)
{
    /// <summary>Names of what runs them.</summary>
    private const string Torch = "TorchSharp", Onnx = "ONNX Runtime";

    /// <summary>Whether it is for ONNX Runtime.</summary>
    public bool IsOnnx => Path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase);

    /// <summary>A model on both back ends, and as another checkout exports and runs it.</summary>
    /// <param name="model">A model of TorchSharp.</param>
    /// <param name="folder">Receives exported models.</param>
    /// <param name="other">The other checkout, or none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static ScoredModel[] OnBoth(string model, WorkFolder folder, OtherCheckout? other, CancellationToken cancellationToken)
    {
        ScoredModel[] own = [new(Torch, model), Export(Onnx, model, folder["tat.onnx"], half: false, cancellationToken)];
        if (other is null)
        {
            return own;
        }

        var path = folder["other.onnx"];
        other.Export(model, path, cancellationToken);
        return [.. own, new($"{other.Title}, {Torch}", model, other), new($"{other.Title}, {Onnx}", path, other)];
    }

    /// <summary>Exports a model for ONNX Runtime.</summary>
    public static ScoredModel Export(string name, string model, string path, bool half, CancellationToken cancellationToken)
    {
        using var source = ModelFiles.LoadTorch(model);
        OnnxExporter.Export(source, path, new() { Verify = false, HalfPrecisionWeights = half }, cancellationToken);
        return new(name, path);
    }

    /// <summary>How its program starts a command of <c>bench</c>.</summary>
    public ProcessStartInfo Start(params IEnumerable<string> arguments) => Command(["bench", .. arguments]);

    /// <summary>How its program starts a command.</summary>
    public ProcessStartInfo Command(params IEnumerable<string> arguments) =>
        Other?.Command(arguments) ?? new(BenchProcess.ProgramIn(AppContext.BaseDirectory), arguments);
}
