using System.Globalization;
using Tat.Torch.Runtime.Loading;
using TorchSharp;
using static TorchSharp.torch;

namespace Tat.Torch.Runtime;

/// <summary>Chooses the device that computes from its name.</summary>
public static class ComputeDevice
{
    private const string Names = "use cpu, cuda, cuda:N or auto";

    /// <summary>The device called <paramref name="name"/>.</summary>
    /// <param name="name">
    /// <c>cpu</c>; <c>cuda</c> for the first GPU or <c>cuda:N</c> for the GPU with index N, counted from 0; <c>auto</c> for the first
    /// GPU if there is one and the CPU otherwise. Case does not matter.
    /// </param>
    /// <param name="fallBackToCpu">Whether the CPU takes the place of a GPU that is not there.</param>
    /// <exception cref="ArgumentException">The name is none of these.</exception>
    /// <exception cref="InvalidOperationException">The GPU is not there, and <paramref name="fallBackToCpu"/> is false.</exception>
    /// <exception cref="LibTorchUnavailableException">LibTorch cannot be loaded.</exception>
    public static Device Choose(string name, bool fallBackToCpu = false)
    {
        ArgumentNullException.ThrowIfNull(name);
        int? index = CudaIndex(name);
        LibTorch.EnsureLoaded();
        if (index is null)
        {
            return CPU;
        }
        int count = cuda.is_available() ? cuda.device_count() : 0;
        if (index < count)
        {
            return new Device(DeviceType.CUDA, index.Value);
        }
        bool mayUseCpu = fallBackToCpu || IsAuto(name);
        return mayUseCpu ? CPU : throw new InvalidOperationException(count == 0
            ? $"The device '{name}' is not available: LibTorch finds no CUDA GPU; choose cpu, or build with TorchBackend=cuda-linux or "
                + "cuda-windows and check the NVIDIA driver."
            : $"The device '{name}' is not available: the GPUs here are cuda:0 to cuda:{count - 1}.");
    }

    /// <summary>The GPU that a name asks for, or null for the CPU; needs no LibTorch.</summary>
    internal static int? CudaIndex(string name)
    {
        string lower = name.Trim().ToLowerInvariant();
        if (lower == "cpu")
        {
            return null;
        }
        if (lower == "cuda" || IsAuto(lower))
        {
            return 0;
        }
        const string prefix = "cuda:";
        return lower.StartsWith(prefix, StringComparison.Ordinal)
            && int.TryParse(lower[prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            ? index
            : throw new ArgumentException($"'{name}' is not a device; {Names}.", nameof(name));
    }

    private static bool IsAuto(string name) => name.Trim().Equals("auto", StringComparison.OrdinalIgnoreCase);
}
