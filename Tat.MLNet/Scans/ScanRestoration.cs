using System.Globalization;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Contracts;
using Tat.MLNet.Formats.Dicom.Series;
using Tat.MLNet.Formats.Nifti;
using Tat.Torch.Inference;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Scans;

/// <summary>Restores whole scans: from a file or series to a file or series.</summary>
public static class ScanRestoration
{
    /// <summary>Restores a scan and writes the result, whole or not at all.</summary>
    /// <param name="restorer">The model.</param>
    /// <param name="source">An image file, or a folder that holds one scan; one of several DICOM series is chosen by
    /// <see cref="ImageReadOptions.SeriesInstanceUid"/>.</param>
    /// <param name="destination">
    /// What to write. A name that ends in .nii, .nii.gz, .hdr or .img (also .gz) makes a NIfTI file of a scan of any format; otherwise the
    /// result has the format of the source: a DICOM series in a folder, or one object in a file that ends in .dcm. With
    /// <see cref="DerivedImageOptions.Output"/> it is what the streams of the result are called, and no file.
    /// </param>
    /// <param name="options">How to restore and write; <see langword="null"/> for the defaults.</param>
    /// <param name="progress">Is told of slices that are restored; by one thread at a time, not the caller's.</param>
    /// <param name="cancellationToken">Stops between slices and leaves nothing behind.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="FileNotFoundException">There is no image at that path.</exception>
    /// <exception cref="ImageFormatException">The scan is damaged, or of a kind that cannot be read.</exception>
    /// <exception cref="InvalidDataException">The folder holds several scans, the modality is not that of the task or tells none, or a
    /// slice has a NaN or infinite value; the message names it.</exception>
    /// <exception cref="IOException">The destination is there already, or is the source.</exception>
    public static ScanRestorationResult RestoreScan(
        this IImageRestorer restorer, string source, string destination, ScanRestorationOptions? options = null,
        IProgress<ScanProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        options ??= new();
        var (found, leftOut) = ScanFinder.Find([source], options.Reading, cancellationToken);
        if (found is not [var scan])
        {
            throw new InvalidDataException($"'{source}' holds {found.Count} scans; name one of them: {string.Join(", ", found)}.");
        }

        var result = restorer.RestoreScan(scan, destination, options, progress, cancellationToken);
        return result with { Warnings = [.. leftOut.Select(file => file.ToString()), .. result.Warnings] };
    }

    /// <summary>Restores a scan and writes the result, whole or not at all.</summary>
    /// <param name="restorer">The model.</param>
    /// <param name="source">The scan, which knows how it is to be read; <see cref="ScanSource.Of"/> makes one of bytes and
    /// streams.</param>
    /// <param name="destination">What to write, as for a path.</param>
    /// <param name="options">How to restore and write; <see langword="null"/> for the defaults.</param>
    /// <param name="progress">Is told of slices that are restored; by one thread at a time, not the caller's.</param>
    /// <param name="cancellationToken">Stops between slices and leaves nothing behind.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="ImageFormatException">The scan is damaged, or of a kind that cannot be read.</exception>
    /// <exception cref="InvalidDataException">The modality is not that of the task or tells none, or a slice has a NaN or infinite value;
    /// the message names it.</exception>
    /// <exception cref="NotSupportedException">The margins of the model are asked for, and its card has none for the task.</exception>
    /// <exception cref="IOException">The destination is there already, or is the source.</exception>
    public static ScanRestorationResult RestoreScan(
        this IImageRestorer restorer, ScanSource source, string destination, ScanRestorationOptions? options = null,
        IProgress<ScanProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(restorer);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentException.ThrowIfNullOrEmpty(destination);
        options ??= new();
        options.Validate();
        using var scan = source.OpenSlices();
        var task = ScanTask.Of(scan, options.Task, restorer.Tasks);
        CheckDestination(scan, source, destination, options);
        if (options.Uncertainty)
        {
            _ = MarginRestorer.FactorsOf(restorer, task);
        }

        UpsamplingCheck.CheckTask(scan, task, cancellationToken);
        KeepPixels(scan, source, options.KeptBytes);
        var used = restorer.With(options.Ensemble, options.LocalMeans, options.Strength, options.Uncertainty);
        var derived = options.Derived with
        {
            Model = options.Derived.Model ?? restorer.Card.Title,
            ModelHash = options.Derived.ModelHash ?? restorer.ModelHash,
            Parameters = ParametersOf(scan, source, task, options, used, options.Derived.ModelHash ?? restorer.ModelHash),
        };
        IReadOnlyList<string> warnings = [.. TaskRemarks(scan, task, options), .. ScanWarnings.Of(scan, restorer, task, destination)];
        var slices = new RestoredSlices(scan, task, options.NonFinite);
        var writer = new ResultWriter(scan, scan.Unit ?? task.Unit, options, source.IsOnDisk);
        var restored = slices.Restore(used, progress, cancellationToken);
        var written = options.Uncertainty
            ? writer.WriteWithMargins(destination, restored, (MarginRestorer)used, derived, cancellationToken)
            : writer.Write(destination, restored, derived, cancellationToken);
        return new()
        {
            Source = source.Path,
            Destination = destination,
            Files = [.. written.Select(file => file.Path)],
            SeriesInstanceUids = [.. written.Select(file => file.SeriesInstanceUid).OfType<string>().Distinct()],
            SopInstanceUids = [.. written.Select(file => file.SopInstanceUid).OfType<string>()],
            Task = task,
            Model = derived.Model,
            Slices = scan.SliceCount,
            Pixels = (long)scan.Rows * scan.Columns * scan.SliceCount,
            Unrestored = slices.Unrestored,
            ShareBeyondRange = slices.ShareBeyondRange,
            Noise = slices.Noise,
            Warnings = [.. warnings, .. slices.Warnings(), .. writer.Warnings],
        };
    }

    private static void CheckDestination(IImageScan scan, ScanSource source, string destination, ScanRestorationOptions options)
    {
        if (NiftiPaths.EndingOf(destination) is not null)
        {
            if (source.WhyNoVolume(scan) is { } reason)
            {
                throw new InvalidDataException($"no NIfTI file can be made of '{scan.Path}': {reason}.");
            }
        }
        else if (options.SidecarSources is not null)
        {
            throw new ArgumentException(
                $"'{destination}' is no NIfTI file, and only these have sidecars; end it in .nii.gz.", nameof(destination));
        }
    }

    private static string[] TaskRemarks(IImageScan scan, RestorationTask task, ScanRestorationOptions options) =>
        options.Task is null && scan.Modality is null
            ? [$"the task {task} is that of the scan's BIDS name, and its values are taken for {task.Unit}"]
            : [];

    /// <summary>What a result says of how it was made: the caller's, what always matters, and what is not as usual.</summary>
    private static Dictionary<string, string> ParametersOf(
        IImageScan scan, ScanSource source, RestorationTask task, ScanRestorationOptions options, IImageRestorer used, string? modelHash)
    {
        var parameters = new Dictionary<string, string>(options.Derived.Parameters);
        if (options.DigestOf(source, modelHash) is { } digest)
        {
            parameters[OptionsDigest.Name] = digest;
        }

        parameters["task"] = task.Name;
        parameters["scaling"] = task.Scaling.ToString();
        parameters["plane"] = source.Plane.ToString();
        parameters["unit"] = scan.Unit ?? task.Unit;
        parameters["non-finite"] = options.NonFinite.ToString();
        if (source.Upsampling is { } factor)
        {
            parameters["factor"] = factor.ToString();
        }

        // A restorer may be used so by itself, as that of a pipeline is.
        if (used.Has(RestorerVariant.Ensemble))
        {
            parameters["ensemble"] = "8 orientations";
        }

        if (used.Has(RestorerVariant.LocalMeans))
        {
            parameters["local means"] = "of the source";
        }

        if (used.Strength() is not 1 and var strength)
        {
            parameters["strength"] = strength.ToString(CultureInfo.InvariantCulture);
        }

        return parameters;
    }

    /// <summary>Pixels are needed again when the result is written, and are decoded once.</summary>
    private static void KeepPixels(IImageScan scan, ScanSource source, long bytes)
    {
        if (scan.AsOpened() is DicomScan dicom)
        {
            (dicom.Memory.Capacity, dicom.Memory.MaySpill) = (bytes, source.IsOnDisk);
        }
    }

    /// <summary>Restores a scan on another thread and writes the result, whole or not at all.</summary>
    /// <inheritdoc
    /// cref="RestoreScan(IImageRestorer, string, string, ScanRestorationOptions?, IProgress{ScanProgress}?, CancellationToken)"/>
    public static Task<ScanRestorationResult> RestoreScanAsync(
        this IImageRestorer restorer, string source, string destination, ScanRestorationOptions? options = null,
        IProgress<ScanProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => restorer.RestoreScan(source, destination, options, progress, cancellationToken), cancellationToken);

    /// <summary>Restores a scan on another thread and writes the result, whole or not at all.</summary>
    /// <inheritdoc
    /// cref="RestoreScan(IImageRestorer, ScanSource, string, ScanRestorationOptions?, IProgress{ScanProgress}?, CancellationToken)"/>
    public static Task<ScanRestorationResult> RestoreScanAsync(
        this IImageRestorer restorer, ScanSource source, string destination, ScanRestorationOptions? options = null,
        IProgress<ScanProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => restorer.RestoreScan(source, destination, options, progress, cancellationToken), cancellationToken);
}
