using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Tat.MLNet.Formats.Dicom;
using Tat.Samples.Service.Intake;
using Tat.Samples.Service.Jobs;
using Tat.Torch.Files.Writing;

namespace Tat.Samples.Service.Series;

/// <summary>Takes objects that other systems send, and puts them to their series: durable when this returns.</summary>
public sealed partial class SeriesReceiver(SeriesStore store, JobFolders folders, Deidentification deidentification) : IDisposable
{
    private const string Study = "0020000D", Series = "0020000E", Instance = "00080018", SopClass = "00080016", Modality = "00080060",
        Description = "0008103E", InSeries = "00201209", Slices = "00540081", SeriesType = "00541000";

    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Takes an object.</summary>
    /// <param name="file">The file, on the disk of the service's data; it is moved, or removed where the same object is there.</param>
    /// <param name="aeTitle">Who sent it, where the file itself does not tell.</param>
    /// <param name="cancellationToken">Stops before anything is changed.</param>
    /// <returns>What it is, as the sender knows it.</returns>
    /// <exception cref="Tat.MLNet.Formats.ImageFormatException">It is no DICOM file, or damaged.</exception>
    /// <exception cref="InvalidDataException">It does not say what it is.</exception>
    public async Task<DicomHeader> ReceiveAsync(string file, string? aeTitle, CancellationToken cancellationToken)
    {
        var told = DicomHeader.Read(file);
        if (deidentification.IsOn)
        {
            deidentification.ReplaceObject(file);
        }

        var header = deidentification.IsOn ? DicomHeader.Read(file) : told;
        var (study, uid, name) = (UidOf(header, Study), UidOf(header, Series), $"{UidOf(header, Instance)}.dcm");
        Disk.Flush(file); // here, so that nobody waits for it
        await _turn.WaitAsync(cancellationToken);
        try
        {
            while (true)
            {
                var latest = await store.LatestAsync(study, uid, cancellationToken);
                if (latest is { State: SeriesState.Submitted } && await IsThereAsync(file, latest, name, cancellationToken))
                {
                    File.Delete(file); // sent again
                    return told;
                }

                var series = latest is { State: not SeriesState.Submitted }
                    ? latest
                    : await BeginAsync(latest, header, told.IsRestored, told.SourceAeTitle ?? aeTitle);
                if (series is not null && await store.OpenAsync(series))
                {
                    await PutAsync(series, file, name);
                    return told;
                }
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task PutAsync(ReceivedSeries series, string file, string name)
    {
        if (await folders.AddAsync(file, $"{JobFolders.NameOfSeries(series.Id)}/{name}", replaces: true, CancellationToken.None))
        {
            await store.CountObjectAsync(series);
        }
    }

    /// <summary>Begins a revision, with all that the one before has.</summary>
    /// <returns>The revision; <see langword="null"/> where another process has begun it at this moment.</returns>
    private async Task<ReceivedSeries?> BeginAsync(ReceivedSeries? before, DicomHeader header, bool isRestored, string? aeTitle)
    {
        var id = Guid.CreateVersion7();
        var earlier = before is null ? 0 : await CopyAsync(before, id);
        var series = new ReceivedSeries
        {
            Id = id,
            StudyInstanceUid = header[Study]!,
            SeriesInstanceUid = header[Series]!,
            Revision = (before?.Revision ?? 0) + 1,
            Objects = earlier,
            Expected = ExpectedOf(header),
            LastReceived = DateTimeOffset.UtcNow,
            Modality = header[Modality],
            Description = header[Description],
            SopClassUid = header[SopClass],
            AeTitle = aeTitle,
            IsRestored = isRestored,
        };
        try
        {
            await store.AddAsync(series);
            return series;
        }
        catch (DbUpdateException)
        {
            await folders.RemoveSeriesAsync(id);
            if ((await store.LatestAsync(series.StudyInstanceUid, series.SeriesInstanceUid, default))?.Revision >= series.Revision)
            {
                return null;
            }

            throw;
        }
    }

    /// <summary>Puts the objects of a series to another one.</summary>
    /// <returns>How many there are.</returns>
    private async Task<int> CopyAsync(ReceivedSeries series, Guid other)
    {
        try
        {
            using var images = await folders.OpenAsync(JobFolders.NameOfSeries(series.Id), CancellationToken.None);
            var folder = Directory.CreateDirectory(folders.ArrivalOf(other)).FullName;
            var files = Directory.GetFiles(images.Path);
            foreach (var file in files)
            {
                File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
            }

            await folders.AddAsync(folder, JobFolders.NameOfSeries(other), replaces: false, CancellationToken.None);
            return files.Length;
        }
        catch (FileNotFoundException)
        {
            return 0; // it was removed
        }
    }

    /// <summary>The objects of the series, where it says so: in a PET series of one time, those are its slices.</summary>
    private static int? ExpectedOf(DicomHeader header) =>
        int.TryParse(header[InSeries], out var objects) && objects > 0 ? objects
        : header[SeriesType] is "STATIC" or "WHOLE BODY" && int.TryParse(header[Slices], out var slices) && slices > 0 ? slices
        : null;

    private static string UidOf(DicomHeader header, string tag) => header[tag] is { Length: <= 64 } uid && Uid().IsMatch(uid)
        ? uid
        : throw new InvalidDataException($"The element {tag} holds no UID; send the object with the UIDs of its study, series and itself.");

    private async Task<bool> IsThereAsync(string file, ReceivedSeries series, string name, CancellationToken cancellationToken)
    {
        try
        {
            using var there = await folders.OpenAsync($"{JobFolders.NameOfSeries(series.Id)}/{name}", cancellationToken);
            await using var one = File.OpenRead(file);
            await using var other = File.OpenRead(there.Path);
            if (one.Length != other.Length)
            {
                return false;
            }

            var (hash, known) = (await SHA256.HashDataAsync(one, cancellationToken), await SHA256.HashDataAsync(other, cancellationToken));
            return hash.SequenceEqual(known);
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^[0-9]+(\.[0-9]+)*$")]
    private static partial Regex Uid();
}
