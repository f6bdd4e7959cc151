using System.Runtime.InteropServices;

namespace Tat.Torch.Files.Writing;

/// <summary>
/// What .NET does not offer of the file system: flushing a folder, exchanging two folders in one step, whose a folder is, and whether a
/// name is that of a pipe or device.
/// </summary>
internal static partial class Disk
{
    private const int CurrentFolder = -100;
    private const uint Exchange = 2;
    private const int NoLinks = 0x100;

    /// <summary>Bytes of Linux' struct statx, and where owner and type are in it: the same on every processor.</summary>
    private const int StatusSize = 256;
    private const int OwnerPlace = 20, TypePlace = 28;
    private const uint TypeAndOwner = 1 | 8;
    private const int TypeMask = 0xF000, TypeOfFolder = 0x4000, TypeOfFile = 0x8000;

    /// <summary>Sends what was written to a file, or to all files below a folder, to the disk.</summary>
    public static void Flush(string path)
    {
        if (!Directory.Exists(path))
        {
            // Windows flushes only through a handle that may write.
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            RandomAccess.FlushToDisk(file);
            return;
        }

        foreach (var entry in Directory.EnumerateFileSystemEntries(path))
        {
            Flush(entry);
        }

        FlushFolder(path);
    }

    /// <summary>
    /// Sends the names in a folder to the disk. Windows keeps them in the journal of its file system, and has no such call.
    /// </summary>
    public static void FlushFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // Some file systems cannot flush a folder, and then need not: what they answer changes nothing.
        var folder = Open(path, 0);
        if (folder >= 0)
        {
            _ = Synchronize(folder);
            _ = Close(folder);
        }
    }

    /// <summary>Gives a file or folder its place on the same file system when all of it is on the disk; then its name is, too.</summary>
    /// <param name="made">A file or folder that is complete.</param>
    /// <param name="place">Its place, in a folder that is there.</param>
    /// <param name="replace">Whether a file takes the place of an older one.</param>
    /// <exception cref="IOException">Something is there that is not to be replaced, or nothing was made.</exception>
    public static void Place(string made, string place, bool replace = false)
    {
        Flush(made);
        if (Directory.Exists(made))
        {
            Directory.Move(made, place);
        }
        else
        {
            File.Move(made, place, replace);
        }

        FlushFolder(Path.GetDirectoryName(place)!);
    }

    /// <summary>Lets two folders take each other's name in one step.</summary>
    /// <returns>Whether the system and the file system can; if not, nothing has changed.</returns>
    public static bool TryExchange(string one, string other)
    {
        try
        {
            return OperatingSystem.IsLinux() && Rename(CurrentFolder, one, CurrentFolder, other, Exchange) == 0;
        }
        catch (EntryPointNotFoundException)
        {
            return false; // a C library without the call
        }
    }

    /// <summary>Whether a folder is this user's. Where only Linux would tell, it is taken for that.</summary>
    public static bool IsOwn(string path)
    {
        Span<byte> status = stackalloc byte[StatusSize];
        return !OperatingSystem.IsLinux() || (TryStatus(path, NoLinks, status) && BitConverter.ToUInt32(status[OwnerPlace..]) == User());
    }

    /// <summary>
    /// Whether a name, or what it links to, is that of a pipe, a socket or a device, which a result must not take the place of. Where only
    /// Linux would tell, it is not.
    /// </summary>
    public static bool IsSpecial(string path)
    {
        Span<byte> status = stackalloc byte[StatusSize];
        return OperatingSystem.IsLinux() && TryStatus(path, 0, status)
            && (BitConverter.ToUInt16(status[TypePlace..]) & TypeMask) is not (TypeOfFile or TypeOfFolder);
    }

    private static bool TryStatus(string path, int flags, Span<byte> status)
    {
        try
        {
            return Status(CurrentFolder, path, flags, TypeAndOwner, status) == 0;
        }
        catch (EntryPointNotFoundException)
        {
            return false; // a C library without the call
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int folder, string path, int flags, uint mask, Span<byte> status);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint User();

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Synchronize(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "renameat2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(int oneBase, string one, int otherBase, string other, uint flags);
}
