using Microsoft.Win32.SafeHandles;

namespace Tat.Torch.Files;

/// <summary>A temporary file that no other user can read and that vanishes with the process, however that ends.</summary>
internal static class PrivateFile
{
    /// <summary>Creates one for reading and writing.</summary>
    /// <exception cref="IOException">The folder for temporary files cannot be written; the message names it.</exception>
    public static SafeFileHandle Create()
    {
        var path = Path.Combine(Path.GetTempPath(), $"tat-{Guid.NewGuid():N}.raw");
        var creation = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            creation.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            using (new FileStream(path, creation))
            {
            }

            // Windows deletes the file with its last handle; elsewhere it goes on without a name.
            var options = OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None;
            var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Delete, options);
            if (!OperatingSystem.IsWindows())
            {
                File.Delete(path);
            }

            return handle;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The folder for temporary files, '{Path.GetTempPath()}', cannot be written ({exception.Message}); make space there, or name another one in TMPDIR.", exception);
        }
    }
}
