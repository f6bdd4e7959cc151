using Tat.MLNet.Formats;
using Tat.MLNet.Loading;
using Tat.MLNet.Scans;
using Tat.Torch.Data;
using Tat.Torch.Files;
using Tat.Torch.Imaging;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Training;

/// <summary>
/// Good scans for training, of the folder layout <c>ROOT/TASK/PATIENT/…</c>: each patient's folder holds files and series, in folders of
/// their own or not.
/// </summary>
/// <remarks>
/// All is read slice by slice once, when the folder is opened: single slices, crops and series with gaps or gantry tilt, too. What cannot
/// be read is left out and named; slices of one value are left out, too. The slices stay in memory up to a limit, then in a temporary file.
/// DICOM files of one folder and size count as a volume, like each file of another format. Dispose it after training.
/// </remarks>
public sealed class GoodScans : IDisposable
{
    private readonly ImageSpool _spool;
    private readonly List<Slice> _slices = [];
    private readonly List<string> _leftOut = [];
    private readonly GoodScanOptions _options;

    private GoodScans(GoodScanOptions options)
    {
        _options = options;
        _spool = new(options.MemoryMegabytes * 1024L * 1024, Path.GetTempPath());
    }

    /// <summary>The images of each task that are not held out.</summary>
    public IReadOnlyList<IGoodImages> Training => Select(heldOut: false);

    /// <summary>The images of each task that are held out for validation.</summary>
    public IReadOnlyList<IGoodImages> Validation => Select(heldOut: true);

    /// <summary>
    /// Pairs for training: the images that are not held out, with counterparts that are made while training, new ones each time, and
    /// phantoms where the options ask for them.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The options do not say how images of a task are degraded.</exception>
    public IReadOnlyList<IPairSource> TrainingPairs => field ??= GoodScanPairs.ForTraining(Training, _options);

    /// <summary>Pairs for validation: the images that are held out, with counterparts that stay the same, and other phantoms.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The options do not say how images of a task are degraded.</exception>
    public IReadOnlyList<IPairSource> ValidationPairs => field ??= GoodScanPairs.ForValidation(Validation, _options);

    /// <summary>What is left out, each with the reason.</summary>
    public IReadOnlyList<string> LeftOut => _leftOut;

    /// <summary>The tasks that there are training pairs of.</summary>
    internal TaskVocabulary Tasks => new(_options.Tasks.Where(task => TrainingPairs.Any(pairs => pairs.Task == task)));

    /// <summary>Reads all scans of a folder.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="options">What is held out; <see langword="null"/> for the defaults.</param>
    /// <param name="progress">Told the share of files that are read, 0 … 1.</param>
    /// <param name="cancellationToken">Stops between files.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist, or has no folder of a task.</exception>
    /// <exception cref="InvalidDataException">There is no image that can be read, or nothing that is called like a patient to hold
    /// out.</exception>
    public static GoodScans Open(
        string root, GoodScanOptions? options = null, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        options ??= new();
        options.Validate();
        var scans = new GoodScans(options);
        try
        {
            scans.Read(root, progress, cancellationToken);
            return scans;
        }
        catch
        {
            scans.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _spool.Dispose();

    private void Read(string root, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var files = (Directory.Exists(root) ? Directory.GetDirectories(root) : []).Order(StringComparer.Ordinal)
            .SelectMany(folder => _options.Tasks.TryGet(Path.GetFileName(folder), out var task)
                ? ImageFiles.Images(ImageFiles.Under(folder)).Select(file => (Task: task, File: file))
                : [])
            .ToList();
        if (files.Count == 0)
        {
            throw new DirectoryNotFoundException(
                $"'{root}' {(Directory.Exists(root) ? "holds no scans" : File.Exists(root) ? "is a file" : "does not exist")}: expected "
                + $"{root}/TASK/PATIENT/… with good scans, where TASK is {string.Join(", ", _options.Tasks)}.");
        }

        var unused = _options.HoldOut.ToHashSet(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < files.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var names = Path.GetRelativePath(root, files[i].File).Split(Path.DirectorySeparatorChar);
            string[] held = [.. HoldOutNames(names).Where(_options.HoldOut.Contains)];
            unused.ExceptWith(held);
            TryRead(files[i].Task, files[i].File, names, held.Length > 0);
            progress?.Report((i + 1.0) / files.Count);
        }

        if (unused.Count > 0)
        {
            throw new InvalidDataException($"'{root}' has no folder {string.Join(", ", unused)} to hold out: give the name of a patient's "
                + "folder, or its path from TASK on.");
        }

        if (_slices.Count == 0)
        {
            throw new InvalidDataException($"No file of '{root}', of {files.Count}, can be read as an image: {_leftOut[0]}");
        }
    }

    /// <summary>
    /// What a file may be held out by: the name of any folder that it is in, below the task, and the path to that folder.
    /// </summary>
    private static IEnumerable<string> HoldOutNames(string[] names) =>
        Enumerable.Range(1, Math.Max(0, names.Length - 2)).SelectMany(i => new[] { names[i], string.Join('/', names[..(i + 1)]) })
            .Append(string.Join('/', names))
            .Append(names[^1]);

    private void TryRead(RestorationTask task, string file, string[] names, bool heldOut)
    {
        try
        {
            using var scan = ImageFormats.Open(
                file, new() { AllowIrregularSeries = true, AllowUncalibratedCt = _options.AllowUncalibratedCt });
            var spacing = scan.PixelSpacing() ?? _options.PixelSpacing
                ?? throw new InvalidDataException("it does not record the size of its pixels.");
            ScanTask.Of(scan, task.Name, _options.Tasks);
            var isVolume = scan.SliceCount > 1;
            var volume = $"{string.Join('/', isVolume ? names : names[..^1])}"
                + $"{(isVolume ? "" : FormattableString.Invariant($" {scan.Rows} × {scan.Columns}"))}";
            for (var i = 0; i < scan.SliceCount; i++)
            {
                AddSlice(scan.ReadSlice(i), new(task, volume, isVolume ? FormattableString.Invariant($"'{file}', slice {i}") : $"'{file}'",
                    spacing, heldOut, _spool.Count));
            }
        }
        catch (Exception problem) when (problem is IOException or InvalidDataException or UnauthorizedAccessException
            or NotSupportedException or ArgumentException)
        {
            _leftOut.Add($"'{file}': {problem.Message}");
        }
    }

    private void AddSlice(ImageSlice image, Slice slice)
    {
        if (!FiniteValues.AllIn(image))
        {
            _leftOut.Add($"{slice.Name}: it has values that are no finite numbers.");
        }
        else if (image.Pixels.Min() < image.Pixels.Max())
        {
            _slices.Add(slice);
            _spool.Add(image);
        }
    }

    private IReadOnlyList<IGoodImages> Select(bool heldOut) =>
    [
        .. _options.Tasks.Select(task => new Images(
            _spool, task, [.. _slices.Where(slice => slice.Task == task && slice.HeldOut == heldOut)])).Where(images => images.Count > 0),
    ];

    private sealed record Slice(RestorationTask Task, string Volume, string Name, double PixelSpacing, bool HeldOut, int Place);

    private sealed class Images : IGoodImages
    {
        private readonly ImageSpool _spool;
        private readonly Slice[] _slices;
        private readonly Dictionary<string, float> _levels;

        public Images(ImageSpool spool, RestorationTask task, Slice[] slices)
        {
            (Task, _spool, _slices) = (task, spool, slices);
            _levels = slices.GroupBy(slice => slice.Volume)
                .ToDictionary(volume => volume.Key, volume => IntensityLevel.Measure(volume.Select(slice => spool.Read(slice.Place))));
        }

        public RestorationTask Task { get; }

        public int Count => _slices.Length;

        public string VolumeOf(int index) => _slices[index].Volume;

        public GoodImage Read(int index, ulong seed)
        {
            var (slice, image) = (_slices[index], _spool.Read(_slices[index].Place));
            return new(image.InVolume(_levels[slice.Volume]), slice.PixelSpacing, slice.Name);
        }

        public override string ToString() => $"{MessageText.Amount(Count, "slice")} of {MessageText.Amount(_levels.Count, "volume")}";
    }
}
