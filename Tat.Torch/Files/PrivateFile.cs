using Microsoft.Win32.SafeHandles;

namespace Tat.Torch.Files;

/// <summary>A temporary file that no other user can read and that vanishes with the process, however that ends.</summary>
internal static class PrivateFile
{
    /// <summary>Creates one for reading and writing.</summary>
    /// <param name="folder">The folder for temporary files, made if it does not exist; <see langword="null"/> for the user's.</param>
    /// <exception cref="IOException">The folder cannot be written; the message names it.</exception>
    public static SafeFileHandle Create(string? folder = null)
    {
        folder ??= Path.GetTempPath();
        var path = Path.Combine(folder, $"tat-{Guid.NewGuid():N}.raw");
        var creation = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            creation.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            Directory.CreateDirectory(folder);
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
            throw Unwritable(folder, exception);
        }
    }

    /// <summary>Says which folder cannot be written.</summary>
    public static IOException Unwritable(string folder, Exception cause) =>
        new($"The folder for temporary files, '{folder}', cannot be written ({cause.Message}); make space there, or name another one "
            + "in TMPDIR.", cause);
}
