using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Tat.Torch.Runtime.Loading;

/// <summary>Loads LibTorch where .NET's own search has failed, and keeps what it tried for the explanation.</summary>
internal sealed partial class LibTorchLoader(IReadOnlyList<string> folders)
{
    /// <summary>Loaded in this order, so that the wrapper finds them by name wherever it lies itself.</summary>
    private static readonly string[] _dependencies = ["libc10.so", "libtorch_cpu.so", "libtorch.so"];
    private static readonly string[] _supported = ["linux-x64", "win-x64", "win-arm64", "osx-arm64"];

    private readonly List<string> _tried = [];
    private string? _missing;
    private string? _advice;
    private Exception? _cause;

    /// <summary>Loads TorchSharp's native library with all it needs.</summary>
    /// <returns>Its handle, or 0; then <see cref="Explain"/> says why.</returns>
    public nint Load()
    {
        string? wrapperFolder = Find(LibTorchFiles.WrapperName);
        string? torchFolder = Find(LibTorchFiles.TorchName);
        if (wrapperFolder is null || torchFolder is null)
        {
            return 0;
        }
        if (OperatingSystem.IsLinux() && !LoadDependencies(torchFolder))
        {
            return 0;
        }
        string wrapper = Path.Combine(wrapperFolder, LibTorchFiles.WrapperName);
        nint handle = TryLoad(wrapper);
        return handle != 0 || !OperatingSystem.IsLinux() ? handle : LoadCorrected(wrapper);
    }

    /// <summary>What was wrong, with what, and what to do.</summary>
    public LibTorchUnavailableException Explain() => new(
        $"LibTorch cannot be loaded for {RuntimeInformation.RuntimeIdentifier}: {_missing}. Tried {string.Join("; ", _tried)}. {_advice}",
        _cause);

    private string? Find(string fileName)
    {
        string? folder = LibTorchFiles.FolderOf(fileName, folders);
        if (folder is null && _missing is null)
        {
            _missing = $"{fileName} is missing";
            _tried.Add($"the folders {string.Join(", ", folders)}");
            _advice = !_supported.Contains(LibTorchFiles.PackageRid)
                ? $"LibTorch exists for {string.Join(", ", _supported)}; run the application on one of these."
                : "Add the NuGet package TorchSharp-cpu to the application's project, or TorchSharp with "
                    + $"libtorch-cpu-{LibTorchFiles.PackageRid} {LibTorchFiles.LibTorchVersion} and a RuntimeIdentifier.";
        }
        return folder;
    }

    private bool LoadDependencies(string folder)
    {
        // The name of the OpenMP library carries a hash; where the package has none, the system's is used.
        var files = Directory.EnumerateFiles(folder, "libgomp*.so*").Concat(_dependencies.Select(name => Path.Combine(folder, name)));
        return _dependencies.All(name => Find(name) is not null) && files.All(file => TryLoad(file) != 0);
    }

    private nint LoadCorrected(string wrapper)
    {
        try
        {
            byte[]? corrected = StandardLibraryCorrection.Apply(File.ReadAllBytes(wrapper));
            return corrected is null ? 0 : CorrectedCopy.Load(corrected, _tried);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            _tried.Add($"a corrected copy of {wrapper}: {e.Message}");
            return 0;
        }
    }

    private nint TryLoad(string path)
    {
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            _tried.Add(path);
            _cause = e;
            (_missing, _advice) = Diagnose(path, e.Message);
            return 0;
        }
    }

    /// <summary>The missing library or version, and what to install, from the words of the system's loader.</summary>
    internal static (string Missing, string Advice) Diagnose(string path, string message)
    {
        string file = Path.GetFileName(path);
        if (RuntimeInformation.RuntimeIdentifier.Contains("musl"))
        {
            return ("the system's C library is musl and LibTorch needs glibc",
                "Use a system or container image with glibc, such as Debian or Ubuntu.");
        }
        if (OperatingSystem.IsWindows())
        {
            return ($"{file} or a library that it needs is missing ({message.ReplaceLineEndings(" ").Trim()})",
                "Install the Microsoft Visual C++ Redistributable 2015-2022 for this architecture.");
        }
        if (MissingVersion().Match(message) is { Success: true } version)
        {
            string library = Path.GetFileName(version.Groups["library"].Value);
            string name = version.Groups["version"].Value;
            string source = !library.StartsWith("libstdc++", StringComparison.Ordinal) ? $"{library}; Debian 12, Ubuntu 22.04"
                : name is "GLIBCXX_3.4.31" or "GLIBCXX_3.4.32" ? "libstdc++6 (of GCC 13 or later); Debian 13, Ubuntu 24.04"
                : "libstdc++6 (of GCC 12 or later); Debian 12, Ubuntu 22.04";
            return ($"{file} needs {name} and the installed {library} does not have it",
                $"Install a newer {source} and later systems have it.");
        }
        if (MissingLibrary().Match(message) is { Success: true } missing)
        {
            string library = Path.GetFileName(missing.Groups["library"].Value);
            string package = library.StartsWith("libstdc++", StringComparison.Ordinal) ? "the system package libstdc++6"
                : library.StartsWith("libgomp.", StringComparison.Ordinal) ? "the system package libgomp1"
                : $"the package that has {library} (LibTorch's own files come with the NuGet package "
                    + $"libtorch-cpu-{LibTorchFiles.PackageRid} {LibTorchFiles.LibTorchVersion})";
            return ($"{file} needs {library}, which is missing", $"Install {package}.");
        }
        string lastLine = message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .LastOrDefault(message);
        return ($"{file} was refused by the system's loader ({lastLine})",
            "Install what the loader asks for, or restore the application's NuGet packages again if the file is damaged.");
    }

    [GeneratedRegex(@"(?<library>[^\s:]+): version `(?<version>[^']+)' not found")]
    private static partial Regex MissingVersion();

    [GeneratedRegex(@"(?<library>[^\s:]+): cannot open shared object file")]
    private static partial Regex MissingLibrary();
}
