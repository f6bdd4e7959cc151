using Microsoft.Extensions.Options;
using Tat.MLNet.Formats;
using Tat.Samples.Service.Background;
using Tat.Samples.Service.Jobs;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Series;

/// <summary>Takes DICOM files from the folders that other programs put them into.</summary>
internal sealed partial class FolderWatch(
    SeriesReceiver receiver, JobFolders folders, IOptions<ServiceOptions> options, ILogger<FolderWatch> log)
    : RecurringWork(TimeSpan.FromSeconds(0.5))
{
    private const string Refused = "refused";

    /// <summary>What files were like when they were last looked at: those that have changed since are still being written.</summary>
    private Dictionary<string, (long Length, DateTime Changed)> _seen = [];

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        options.Value.Dicom.Folders.Count > 0 ? base.ExecuteAsync(stoppingToken) : Task.CompletedTask;

    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        var settled = DateTime.UtcNow.AddSeconds(-options.Value.Dicom.SettleSeconds);
        var seen = new Dictionary<string, (long, DateTime)>();
        foreach (var folder in options.Value.Dicom.Folders)
        {
            foreach (var file in FilesIn(folder.Path))
            {
                var now = (file.Length, file.LastWriteTimeUtc);
                if (_seen.TryGetValue(file.FullName, out var before) && before == now && file.LastWriteTimeUtc <= settled)
                {
                    folders.CheckRoom(file.Length); // while the disk is nearly full, files stay where they are
                    await TakeAsync(folder, file.FullName, cancellationToken);
                }
                else
                {
                    seen[file.FullName] = now;
                }
            }
        }

        _seen = seen;
    }

    protected override void NotDone(string kind) => NotLooked(kind);

    private static IEnumerable<FileInfo> FilesIn(string path) => Directory.Exists(path)
        ? new DirectoryInfo(path).EnumerateFiles("*", new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.Hidden | FileAttributes.ReparsePoint,
        }).Where(file => !file.FullName.StartsWith(Path.Combine(path, Refused) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        : [];

    private async Task TakeAsync(WatchedFolder folder, string file, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7();
        try
        {
            var copy = Path.Combine(Directory.CreateDirectory(folders.ArrivalOf(id)).FullName, "object.dcm");
            File.Copy(file, copy);
            await receiver.ReceiveAsync(copy, folder.AeTitle, cancellationToken);
            File.Delete(file);
        }
        catch (Exception problem) when (problem is ImageFormatException or InvalidDataException)
        {
            var place = Path.Combine(folder.Path, Refused, Path.GetRelativePath(folder.Path, file));
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            File.Move(file, place, overwrite: true);
            NotTaken(problem.GetType().Name);
        }
        catch (FileNotFoundException)
        {
            // Another process has taken it.
        }
        finally
        {
            folders.RemoveArrival(id);
        }
    }

    [LoggerMessage(33, LogLevel.Warning, "A file of a watched folder is no DICOM object, or damaged ({Kind}); it is in 'refused'.")]
    private partial void NotTaken(string kind);

    [LoggerMessage(34, LogLevel.Warning, "Watched folders were not looked into: {Kind}; it is tried again.")]
    private partial void NotLooked(string kind);
}
