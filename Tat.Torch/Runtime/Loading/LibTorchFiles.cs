using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Tat.Torch.Runtime.Loading;

/// <summary>Where the native files of TorchSharp and LibTorch are, in any layout that .NET gives an application.</summary>
internal static class LibTorchFiles
{
    /// <summary>What TorchSharp's P/Invokes call the library.</summary>
    public const string LibraryName = "LibTorchSharp";

    /// <summary>Version of the LibTorch packages that this TorchSharp was built for.</summary>
    public const string LibTorchVersion = "2.10.0";

    /// <summary>File name of TorchSharp's native library on this system.</summary>
    public static string WrapperName { get; } = FileName(LibraryName);

    /// <summary>File name of LibTorch's main library on this system.</summary>
    public static string TorchName { get; } = FileName("torch_cpu");

    /// <summary>The runtime identifier that names folders of native packages.</summary>
    public static string PackageRid { get; } =
        (OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux") + "-"
            + RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();

    /// <summary>The folders that may hold native files, most specific first, without repetition.</summary>
    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "In a single file there is no such folder to search.")]
    public static IReadOnlyList<string> Folders(Assembly torchSharp)
    {
        string native = Path.Combine("runtimes", PackageRid, "native");
        var folders = new List<string>();
        string? assemblyFolder = torchSharp.Location.Length > 0 ? Path.GetDirectoryName(torchSharp.Location) : null;
        foreach (string root in new[] { assemblyFolder, AppContext.BaseDirectory }.OfType<string>())
        {
            folders.Add(root);
            folders.Add(Path.Combine(root, native));
        }
        // The host lists here what the application's deps.json names, be it in the output or in the NuGet cache.
        folders.AddRange(Split(AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string));
        folders.AddRange(Split(Environment.GetEnvironmentVariable(OperatingSystem.IsMacOS() ? "DYLD_LIBRARY_PATH" : "LD_LIBRARY_PATH")));
        if (assemblyFolder is not null)
        {
            // Scripts and notebooks run TorchSharp.dll where NuGet unpacked it: PACKAGES/torchsharp/VERSION/lib/FRAMEWORK.
            folders.Add(Path.GetFullPath(Path.Combine(assemblyFolder, "..", "..", native)));
            folders.Add(Path.GetFullPath(
                Path.Combine(assemblyFolder, "..", "..", "..", "..", $"libtorch-cpu-{PackageRid}", LibTorchVersion, native)));
        }
        return [.. folders.Where(Path.IsPathFullyQualified).Select(Path.TrimEndingDirectorySeparator).Distinct()];
    }

    /// <summary>The first of <paramref name="folders"/> that holds <paramref name="fileName"/>, or null.</summary>
    public static string? FolderOf(string fileName, IEnumerable<string> folders) =>
        folders.FirstOrDefault(f => File.Exists(Path.Combine(f, fileName)));

    private static string FileName(string name) =>
        OperatingSystem.IsWindows() ? $"{name}.dll" : OperatingSystem.IsMacOS() ? $"lib{name}.dylib" : $"lib{name}.so";

    private static string[] Split(string? folders) => folders?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) ?? [];
}
