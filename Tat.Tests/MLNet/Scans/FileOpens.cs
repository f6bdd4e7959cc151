using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Tat.Tests.Scans;

/// <summary>Counts how often the files of a folder are opened, as Linux tells it.</summary>
internal sealed partial class FileOpens : IDisposable
{
    private const int NonBlocking = 0x800;
    private const int Header = 16;

    // Reading and closing are watched, too: equal events that follow each other are merged.
    private const uint Open = 0x20;
    private const uint Close = 0x18;
    private const uint Access = 0x01;
    private readonly int _watch;

    public FileOpens(string folder)
    {
        if (!OperatingSystem.IsLinux())
        {
            Needs.Missing(Needs.Linux, "Opened files are counted on Linux alone.");
        }

        _watch = Init(NonBlocking);
        Assert.IsGreaterThanOrEqualTo(0, Add(_watch, folder, Open | Close | Access));
    }

    /// <summary>Reads how often each file was opened since the last time.</summary>
    public Dictionary<string, int> Read()
    {
        var counts = new Dictionary<string, int>();
        var buffer = new byte[1 << 16];
        for (nint length; (length = Read(_watch, buffer, buffer.Length)) > 0;)
        {
            for (var at = 0; at < length;)
            {
                var size = BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(at + 12));
                var name = Encoding.UTF8.GetString(buffer, at + Header, size).TrimEnd('\0');
                if (name.Length > 0 && (BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(at + 4)) & Open) != 0)
                {
                    counts[name] = counts.GetValueOrDefault(name) + 1;
                }

                at += Header + size;
            }
        }

        return counts;
    }

    public void Dispose() => _ = CloseFile(_watch);

    [LibraryImport("libc", EntryPoint = "inotify_init1")]
    private static partial int Init(int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Add(int watch, string path, uint mask);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint Read(int file, byte[] buffer, nint count);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseFile(int file);
}
