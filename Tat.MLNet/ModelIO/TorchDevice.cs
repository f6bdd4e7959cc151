using Microsoft.ML.Runtime;
using Tat.Torch.Runtime;
using TorchSharp;

namespace Tat.MLNet.ModelIO;

internal static class TorchDevice
{
    /// <summary>The device that the user's MLContext names; <see langword="null"/> for the CPU, as where it names none.</summary>
    /// <exception cref="InvalidOperationException">There is no such GPU, and the context does not let the CPU take its place.</exception>
    public static torch.Device? Of(IHostEnvironment environment)
    {
        var settings = environment.Settings();
        return settings.GpuDeviceId is { } gpu ? ComputeDevice.Choose($"cuda:{gpu}", settings.FallbackToCpu) : null;
    }
}
