using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using TorchSharp;

namespace Tat.Torch.Runtime.Loading;

/// <summary>Sees to it that TorchSharp finds LibTorch, however this library is entered.</summary>
/// <remarks>
/// Nothing native is loaded before the first TorchSharp call. TorchSharp then loads its library by name; only if .NET's own search
/// fails does the hook below run, under the lock of TorchSharp's static constructor, so it must use no member of <c>torch</c>.
/// </remarks>
internal static class LibTorch
{
    private static readonly Lock _gate = new();
    private static nint _handle;
    private static LibTorchUnavailableException? _failure;
    private static bool _resolves;

    /// <summary>Loads LibTorch now, so that a machine where that fails gives its one explanation, not wrapped in others.</summary>
    /// <exception cref="LibTorchUnavailableException">LibTorch cannot be loaded.</exception>
    public static void EnsureLoaded()
    {
        try
        {
            // Asked for first, because TorchSharp would answer a failure by copying all of LibTorch from the NuGet cache.
            NativeLibrary.TryLoad(LibTorchFiles.LibraryName, typeof(torch).Assembly, null, out _);
        }
        catch (DllNotFoundException e) when (e is not LibTorchUnavailableException)
        {
            // A plug-in's load context that answers for its native files comes before every other way.
            var (missing, advice) = LibTorchLoader.Diagnose(LibTorchFiles.WrapperName, e.Message);
            throw new LibTorchUnavailableException(
                $"LibTorch cannot be loaded for {RuntimeInformation.RuntimeIdentifier}: {missing}. Tried the plug-in's "
                + $"AssemblyLoadContext: let its LoadUnmanagedDll return 0 where loading fails, so that the search goes on. {advice}", e);
        }
        try
        {
            RuntimeHelpers.RunClassConstructor(typeof(torch).TypeHandle);
        }
        catch (TypeInitializationException) when (_failure is not null)
        {
            throw _failure;
        }
    }

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Users may call TorchSharp before any method of this library that could do it.")]
    internal static void Hook()
    {
        OpenMp.SleepSoon();
        OnnxTelemetry.SwitchOff();

        // typeof loads TorchSharp.dll and runs none of it. A plug-in may have its own load context with its own TorchSharp.
        var context = AssemblyLoadContext.GetLoadContext(typeof(torch).Assembly) ?? AssemblyLoadContext.Default;
        context.ResolvingUnmanagedDll += (_, name) => name == LibTorchFiles.LibraryName ? Resolve() : 0;
    }

    private static nint Resolve()
    {
        lock (_gate)
        {
            if (_handle == 0 && _failure is null)
            {
                var torchSharp = typeof(torch).Assembly;
                var loader = new LibTorchLoader(LibTorchFiles.Folders(torchSharp));
                _handle = loader.Load();
                _failure = _handle == 0 ? loader.Explain() : null;
                _resolves = SetResolver(torchSharp);
            }
            // TorchSharp answers a failed search by copying all of LibTorch from the NuGet cache and failing again.
            // It is told that the search succeeded; its first call then gets the explanation from the resolver.
            return _failure is not null && _resolves ? NativeLibrary.GetMainProgramHandle() : Result();
        }
    }

    private static nint Result() => _failure is null ? _handle : throw _failure;

    /// <summary>
    /// Answers each of TorchSharp's P/Invokes at once, where the search would try and fail to load the installed file again.
    /// </summary>
    private static bool SetResolver(Assembly torchSharp)
    {
        try
        {
            NativeLibrary.SetDllImportResolver(torchSharp, (name, _, _) => name == LibTorchFiles.LibraryName ? Result() : 0);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false; // The application has set one of its own; the event still answers what that leaves open.
        }
    }
}
