using Tat.MLNet.Formats;
using Tat.MLNet.Scans;
using Tat.Samples.Service.Jobs;
using Tat.Samples.Service.Models;
using Tat.Samples.Service.Settings;
using Tat.Torch.Files;
using Tat.Torch.Imaging;
using Tat.Torch.Metrics;
using Tat.Torch.Tasks;

namespace Tat.Samples.Service.Viewing;

/// <summary>Reads the images of jobs, before and after, for those who look at them.</summary>
internal sealed class ImageViewer(JobScans jobs, JobFolders folders, ServedModels models, OpenScans scans) : IDisposable
{
    private const string FinerGrid =
        "The input is shown on the finer grid of the result, with zeros around its k-space, as the model got it.";

    // Restoring has the cores; whoever looks waits for a turn.
    private readonly SemaphoreSlim _turns = new(2);

    /// <summary>The images of a job.</summary>
    /// <exception cref="ServiceProblem">There is no such job, or it has no result yet.</exception>
    public async Task<IReadOnlyList<ImageName>> ListAsync(Guid id, CancellationToken cancellationToken) =>
        [.. (await ImagesAsync(id, cancellationToken)).Scans.Select(scan => new ImageName(NameOf(scan), scan.Task))];

    /// <summary>Describes an image.</summary>
    /// <exception cref="ServiceProblem">There is no such image.</exception>
    public Task<ImageView> DescribeAsync(Guid id, int image, CancellationToken cancellationToken) =>
        WithAsync(id, image, cancellationToken, one => Read(one, ImageSide.Source, scan =>
        {
            var unit = scan.Unit ?? one.Task.Unit;
            var problem = one.Job.Reference is null ? null : RemarkOn(one, scan);
            var remark = string.Join(' ', new[] { one.Job.Grid is null ? null : FinerGrid, problem }.OfType<string>());
            return new ImageView(
                NameOf(one.Scan), one.Task.Name, scan.Columns, scan.Rows, scan.SliceCount, scan.ColumnSpacing, scan.RowSpacing,
                scan.SliceSpacing, unit, unit == RestorationTask.Pet.Unit,
                WindowPreset.For(unit, () => scan.MeasureLevel(cancellationToken)), ViewOrientation.Of(scan.Affine),
                one.Job.Reference is not null && problem is null, one.Scan.Margin is not null, remark.Length > 0 ? remark : null);
        }));

    /// <summary>Reads a slice.</summary>
    /// <exception cref="ServiceProblem">There is no such image, slice or side.</exception>
    public Task<ImageSlice> ReadAsync(Guid id, int image, int slice, ImageSide side, CancellationToken cancellationToken) =>
        WithAsync(id, image, cancellationToken, one => ReadSlice(one, side, slice));

    /// <summary>Compares both sides of a slice with the reference.</summary>
    /// <exception cref="ServiceProblem">There is no such image or slice, or no reference that it can be compared with.</exception>
    public Task<SliceScores> MeasureAsync(Guid id, int image, int slice, CancellationToken cancellationToken) =>
        WithAsync(id, image, cancellationToken, one =>
        {
            if (one.Job.Reference is null || Read(one, ImageSide.Source, scan => RemarkOn(one, scan)) is not null)
            {
                throw new ServiceProblem(404, "The job has no reference that this image can be compared with.");
            }

            var reference = ReadSlice(one, ImageSide.Reference, slice);
            SideScore Score(ImageSide side)
            {
                var quality = ImageQuality.Measure(ReadSlice(one, side, slice), reference, one.Task.MetricWindow);
                return new(quality.Psnr, quality.Ssim, quality.Rmse);
            }

            return new SliceScores(Score(ImageSide.Source), Score(ImageSide.Restored));
        });

    public void Dispose() => _turns.Dispose();

    private async Task<JobImages> ImagesAsync(Guid id, CancellationToken cancellationToken) =>
        await jobs.FindAsync(id, cancellationToken)
            ?? throw new ServiceProblem(404, "There is no such job, or it has no images yet; they are there when it has succeeded.");

    /// <summary>Finds an image, and reads of it in its turn.</summary>
    private async Task<T> WithAsync<T>(Guid id, int image, CancellationToken cancellationToken, Func<Viewed, T> read)
    {
        var job = await ImagesAsync(id, cancellationToken);
        if (image < 0 || image >= job.Scans.Count)
        {
            throw new ServiceProblem(404, $"The job has {MessageText.Amount(job.Scans.Count, "image")}, counted from 0.");
        }

        var scan = job.Scans[image];
        var task = models[job.Model].Tasks.TryGet(scan.Task, out var known) ? known
            : throw new ServiceProblem(409, $"The model does not know the task '{scan.Task}' any more; restore the scan again.");
        await _turns.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => read(new(id, image, job, scan, task)), cancellationToken);
        }
        finally
        {
            _turns.Release();
        }
    }

    private T Read<T>(Viewed one, ImageSide side, Func<IImageScan, T> read) =>
        scans.Read($"{one.Id} {one.Image} {side}", () => Open(one, side), read);

    private ImageSlice ReadSlice(Viewed one, ImageSide side, int slice) => Read(one, side, scan => slice >= 0 && slice < scan.SliceCount
        ? scan.ReadSlice(slice)
        : throw new ServiceProblem(404, $"The image has {MessageText.Amount(scan.SliceCount, "slice")}, counted from 0."));

    /// <summary>Opens a side, on a thread that may wait for it.</summary>
    private OpenScan Open(Viewed one, ImageSide side)
    {
        var name = side switch
        {
            ImageSide.Source => one.Scan.Source,
            ImageSide.Restored => one.Scan.Result,
            ImageSide.Margin => one.Scan.Margin ?? throw new ServiceProblem(404, "The job has no margins."),
            _ => one.Job.Reference ?? throw new ServiceProblem(404, "The job has no reference."),
        };
        var images = folders.OpenAsync(name, CancellationToken.None).GetAwaiter().GetResult();
        try
        {
            ImageReadOptions reading = side == ImageSide.Source
                ? new() { SeriesInstanceUid = one.Scan.SeriesInstanceUid, Upsampling = one.Job.Grid }
                : new();
            var found = ScanFinder.Find([images.Path], reading).Scans;

            // A reference may be one for all, or one for each in the order of their names.
            return new(found[side == ImageSide.Reference ? Math.Min(one.Image, found.Count - 1) : 0].OpenSlices(), images);
        }
        catch
        {
            images.Dispose();
            throw;
        }
    }

    /// <summary>Why an image cannot be compared with its reference; <see langword="null"/> where it can.</summary>
    private string? RemarkOn(Viewed one, IImageScan scan)
    {
        try
        {
            return Read(one, ImageSide.Reference, reference => SizeOf(reference) == SizeOf(scan)
                ? null
                : $"The reference has another size ({SizeOf(reference)}) than the image ({SizeOf(scan)}) and cannot be compared with it.");
        }
        catch (Exception exception) when (exception is InvalidDataException or FileNotFoundException)
        {
            return "The reference holds no image that can be read.";
        }
    }

    private static string SizeOf(IImageScan scan) => $"{scan.Columns} × {scan.Rows} × {scan.SliceCount}";

    private static string NameOf(ScanImages scan) => Path.GetFileName(Path.TrimEndingDirectorySeparator(scan.Result));

    /// <summary>An image of a job.</summary>
    private sealed record Viewed(Guid Id, int Image, JobImages Job, ScanImages Scan, RestorationTask Task);
}
