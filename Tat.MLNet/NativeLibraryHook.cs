using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Tat.Torch.Tasks;

namespace Tat.MLNet;

/// <summary>
/// Sets up the engine's search for LibTorch for programs that enter through this library and then call TorchSharp themselves.
/// </summary>
internal static class NativeLibraryHook
{
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Users may call TorchSharp before any method of the engine that could do it.")]
    internal static void SetUp() => RuntimeHelpers.RunModuleConstructor(typeof(RestorationTask).Module.ModuleHandle);
}
