using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Tat.Torch.Runtime.Loading;

/// <summary>Loads the bytes of a shared object: from the user's cache folder, or from memory where there is none.</summary>
internal static partial class CorrectedCopy
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Loads <paramref name="image"/> and returns its handle; <paramref name="tried"/> gets a line for each way that failed.</summary>
    /// <returns>The handle, or 0 if no way worked.</returns>
    public static nint Load(byte[] image, string fileName, List<string> tried)
    {
        if (CacheFolder() is { } cache)
        {
            try
            {
                return NativeLibrary.Load(WriteOnce(image, cache, fileName));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or DllNotFoundException or BadImageFormatException)
            {
                tried.Add($"a corrected copy in {cache}: {e.Message}");
            }
        }
        try
        {
            return LoadFromMemory(image);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DllNotFoundException or BadImageFormatException or EntryPointNotFoundException)
        {
            tried.Add($"a corrected copy in memory: {e.Message}");
            return 0;
        }
    }

    /// <summary>The file in <paramref name="cache"/> that holds exactly <paramref name="image"/>, written if it is not there or is damaged.</summary>
    /// <remarks>The folder is named after the content. The file appears by a rename, so that processes that start together never see a part of it.</remarks>
    public static string WriteOnce(byte[] image, string cache, string fileName)
    {
        string folder = Path.Combine(cache, Convert.ToHexStringLower(SHA256.HashData(image)));
        string path = Path.Combine(folder, fileName);
        if (File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(image))
        {
            return path;
        }
        Directory.CreateDirectory(folder, OwnerOnly);
        string temporary = Path.Combine(folder, Path.GetRandomFileName());
        try
        {
            File.WriteAllBytes(temporary, image);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
        return path;
    }

    /// <summary>The user's cache folder (XDG Base Directory Specification), or null for a user without a home.</summary>
    private static string? CacheFolder()
    {
        string? cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (!Path.IsPathFullyQualified(cache ?? ""))
        {
            string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            cache = home.Length > 0 ? Path.Combine(home, ".cache") : null;
        }
        return cache is null ? null : Path.Combine(cache, "tat-mlnet");
    }

    /// <summary>Needs no folder at all: for containers with a read-only root, homes that are missing or forbid execution.</summary>
    private static nint LoadFromMemory(byte[] image)
    {
        using var handle = new SafeFileHandle(MemoryFile("libLibTorchSharp", 0), ownsHandle: true);
        if (handle.IsInvalid)
        {
            throw new IOException($"memfd_create failed with error {Marshal.GetLastPInvokeError()}");
        }
        RandomAccess.Write(handle, image, 0);
        return NativeLibrary.Load($"/proc/self/fd/{handle.DangerousGetHandle()}");
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemoryFile(string name, uint flags);
}
