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
                if (latest is { State: SeriesState.Submitted } && IsThere(file, Path.Combine(folders.SeriesOf(latest.Id), name)))
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
        var place = Path.Combine(folders.SeriesOf(series.Id), name);
        var isNew = !File.Exists(place);
        Disk.Place(file, place, replace: true);
        if (isNew)
        {
            await store.CountObjectAsync(series);
        }
    }

    /// <summary>Begins a revision, with all that the one before has.</summary>
    /// <returns>The revision; <see langword="null"/> where another process has begun it at this moment.</returns>
    private async Task<ReceivedSeries?> BeginAsync(ReceivedSeries? before, DicomHeader header, bool isRestored, string? aeTitle)
    {
        var id = Guid.CreateVersion7();
        var folder = folders.SeriesOf(id);
        JobFolders.CreatePrivate(folder);
        string[] earlier = before is not null && Directory.Exists(folders.SeriesOf(before.Id))
            ? Directory.GetFiles(folders.SeriesOf(before.Id))
            : [];
        foreach (var file in earlier)
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        Disk.Flush(folder);

        var series = new ReceivedSeries
        {
            Id = id,
            StudyInstanceUid = header[Study]!,
            SeriesInstanceUid = header[Series]!,
            Revision = (before?.Revision ?? 0) + 1,
            Objects = earlier.Length,
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
            folders.RemoveSeries(id);
            if ((await store.LatestAsync(series.StudyInstanceUid, series.SeriesInstanceUid, default))?.Revision >= series.Revision)
            {
                return null;
            }

            throw;
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

    private static bool IsThere(string file, string place)
    {
        if (!File.Exists(place) || new FileInfo(place).Length != new FileInfo(file).Length)
        {
            return false;
        }

        using var one = File.OpenRead(file);
        using var other = File.OpenRead(place);
        return System.Security.Cryptography.SHA256.HashData(one).AsSpan()
            .SequenceEqual(System.Security.Cryptography.SHA256.HashData(other));
    }

    [GeneratedRegex(@"^[0-9]+(\.[0-9]+)*$")]
    private static partial Regex Uid();
}
