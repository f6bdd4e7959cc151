using System.Runtime.CompilerServices;
using Microsoft.ML;
using Tat.Torch.Imaging;
using Tat.Torch.Onnx;
using Tat.Torch.Runtime.Loading;
using Tat.Torch.Tasks;
using TorchSharp;

namespace Tat.Tests.Runtime;

/// <summary>What a fresh process does in <see cref="LibTorchTests"/>.</summary>
internal static class LoadingProbes
{
    public const string ModelVariable = "TAT_TESTS_ONNX_MODEL";

    /// <summary>A user's program: touches some type of the library, then calls TorchSharp itself.</summary>
    public static string Add()
    {
        _ = RestorationTask.Mri.Name;
        return Sum();
    }

    /// <summary>A user's program that has used nothing but the part for ML.NET.</summary>
    public static string AddAfterCatalog()
    {
        _ = new MLContext(seed: 1).ImageRestoration;
        return Sum();
    }

    /// <summary>An application that never computes with LibTorch.</summary>
    public static string TouchWithoutTorch()
    {
        string name = RestorationTask.Mri.Name;
        return name + (LoadedNatives().Length == 0 ? " and nothing native" : " and " + string.Join(", ", LoadedNatives()));
    }

    /// <summary>An application that restores with an exported model, whose path is the value of <see cref="ModelVariable"/>.</summary>
    public static string RestoreWithOnnx()
    {
        using var restorer = new OnnxRestorer(Environment.GetEnvironmentVariable(ModelVariable)!);
        var restored = restorer.Restore([new ImageSlice(new float[24 * 20], 20, 24)], [RestorationTask.Mri])[0];
        return $"{restored.Height}x{restored.Width} and "
            + (LoadedNatives() is [] ? "nothing of LibTorch" : string.Join(", ", LoadedNatives()));
    }

    public static string EnsureLoaded()
    {
        LibTorch.EnsureLoaded();
        return Sum();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string Sum()
    {
        using var two = torch.tensor(1.0) + torch.tensor(1.0);
        return $"{two.item<double>()} with {string.Join(", ", LoadedNatives())}";
    }

    private static string[] LoadedNatives() =>
        OperatingSystem.IsLinux()
            ? [.. File.ReadLines("/proc/self/maps").Select(l => l[(l.LastIndexOf("  ", StringComparison.Ordinal) + 1)..].Trim())
                .Where(p => p.Contains("TorchSharp.so") || p.Contains("libtorch") || p.Contains("memfd:libLib")).Distinct()]
            : [];
}
