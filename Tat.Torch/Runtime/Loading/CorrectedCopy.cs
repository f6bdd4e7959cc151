using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tat.Torch.Files;

namespace Tat.Torch.Runtime.Loading;

/// <summary>
/// Loads the bytes of a shared object, and nothing else: from a file without a name, which no other process can exchange.
/// </summary>
internal static partial class CorrectedCopy
{
    private const uint CloseOnExec = 1, Executable = 0x10;

    /// <summary>
    /// Loads <paramref name="image"/> and returns its handle; <paramref name="tried"/> gets a line for each way that failed.
    /// </summary>
    /// <returns>The handle, or 0 if no way worked.</returns>
    public static nint Load(byte[] image, List<string> tried)
    {
        foreach (var (place, create) in new (string, Func<SafeFileHandle>)[]
        {
            ("memory", CreateInMemory),
            ("a private temporary file", () => PrivateFile.Create()),
        })
        {
            try
            {
                using var handle = create();
                RandomAccess.Write(handle, image, 0);
                return NativeLibrary.Load($"/proc/self/fd/{handle.DangerousGetHandle()}");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or DllNotFoundException or BadImageFormatException
                or EntryPointNotFoundException)
            {
                tried.Add($"a corrected copy in {place}: {e.Message}");
            }
        }

        return 0;
    }

    /// <summary>
    /// Where a system may forbid memory that runs, Linux from 6.3 on wants to be told that it will; earlier versions do not know the flag.
    /// </summary>
    private static SafeFileHandle CreateInMemory()
    {
        var descriptor = MemoryFile("libLibTorchSharp", CloseOnExec | Executable);
        var handle = new SafeFileHandle(descriptor >= 0 ? descriptor : MemoryFile("libLibTorchSharp", CloseOnExec), ownsHandle: true);
        return handle.IsInvalid ? throw new IOException($"memfd_create failed with error {Marshal.GetLastPInvokeError()}") : handle;
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemoryFile(string name, uint flags);
}
