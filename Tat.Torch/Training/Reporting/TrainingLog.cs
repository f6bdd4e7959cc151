using System.Globalization;
using System.Text;
using Tat.Torch.Files;
using Tat.Torch.Files.Writing;
using Tat.Torch.Tasks;

namespace Tat.Torch.Training.Reporting;

/// <summary>
/// Writes the progress of a training into a folder: <c>training.csv</c>, <c>validation.csv</c> with a row for each volume, and events for
/// TensorBoard.
/// </summary>
/// <remarks>
/// Where it cannot write any more it says so once, and training goes on without it. Of a training that ends before its first report nothing
/// stays.
/// </remarks>
internal sealed class TrainingLog : IDisposable
{
    /// <summary>The name of the table.</summary>
    public const string TableName = "training.csv";

    private const string VolumesName = "validation.csv";

    private readonly string _folder;
    private readonly TaskVocabulary _tasks;
    private readonly StreamWriter _table;
    private readonly StreamWriter _volumes;
    private readonly TensorBoardWriter _events;
    private readonly List<string> _made = [];
    private bool _isBroken;
    private bool _hasReported;

    /// <summary>Opens the logs; what they say of later iterations, from a run that was interrupted, is dropped.</summary>
    /// <param name="folder">The folder; made if it does not exist.</param>
    /// <param name="tasks">The tasks, which set the columns.</param>
    /// <param name="training">What tells the training from others.</param>
    /// <param name="iteration">The iteration after which the training goes on.</param>
    /// <param name="open">Opens a file to append to it; <see langword="null"/> for one on the disk.</param>
    /// <exception cref="IOException">The folder cannot be written to, or holds the logs of another training.</exception>
    public TrainingLog(string folder, TaskVocabulary tasks, string training, long iteration, Func<string, Stream>? open = null)
    {
        (_folder, _tasks) = (folder, tasks);
        open ??= Append;
        try
        {
            Directory.CreateDirectory(folder);
            if (new[] { TableName, VolumesName }.FirstOrDefault(name => Disk.IsSpecial(Path.Combine(folder, name))) is { } special)
            {
                throw new IOException($"its {special} is a pipe or device.");
            }

            RefuseOthers(folder, training, iteration);
            _table = Open(Path.Combine(folder, TableName), Header(), iteration, open);
            _volumes = Open(Path.Combine(folder, VolumesName),
                ["iteration", "task", "volume", "images", "input_psnr", "psnr", "gain", "input_ssim", "ssim"], iteration, open);
            _events = new(folder, training, iteration, open);
            _made.Add(_events.Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Dispose();
            throw new IOException($"Training logs cannot be written to '{folder}': {exception.Message} Choose another folder.", exception);
        }
    }

    /// <summary>Writes a report, unless no iteration has ended since the last one.</summary>
    /// <returns>What the user should know where it cannot be written; later reports are not, either.</returns>
    public string? Report(TrainingProgress value)
    {
        if (_isBroken || (value.Tasks.Count == 0 && value.Validation is null))
        {
            return null;
        }

        _hasReported = true;
        try
        {
            _table.WriteLine(string.Join(',', Row(value).Select(Show)));
            foreach (var (task, volume, input, restored) in value.Validation?.Volumes ?? [])
            {
                _volumes.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{value.Iteration},{CsvCell.Of(task)},{CsvCell.Quoted(volume)},{restored.Images},{input.Psnr:F3},{restored.Psnr:F3},"
                    + $"{restored.Psnr - input.Psnr:F3},{input.Ssim:F4},{restored.Ssim:F4}"));
            }

            _events.Write(value, _tasks);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _isBroken = true;
            return $"Training logs cannot be written to '{_folder}' any more: {exception.Message} Training goes on without them.";
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var part in new IDisposable?[] { _table, _volumes, _events })
        {
            try
            {
                part?.Dispose();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // What is still in a buffer does not fit on the disk, either.
            }
        }

        if (!_hasReported)
        {
            _made.ForEach(File.Delete);
        }
    }

    private static FileStream Append(string path) => new(path, FileMode.Append, FileAccess.Write, FileShare.Read);

    private static void RefuseOthers(string folder, string training, long iteration)
    {
        var table = Path.Combine(folder, TableName);
        if (TensorBoardWriter.IsOfAnother(folder, training)
            || (iteration == 0 && File.Exists(table) && File.ReadLines(table).Skip(1).Any()))
        {
            throw new IOException("it holds those of another training, which stay as they are.");
        }
    }

    /// <summary>
    /// Opens a table to go on after an iteration. Where it says more, or its last line was cut off, the rest of it is put in its place
    /// first.
    /// </summary>
    private StreamWriter Open(string path, IEnumerable<string> header, long iteration, Func<string, Stream> open)
    {
        var before = File.Exists(path) ? File.ReadAllText(path) : null;
        if (before is null)
        {
            _made.Add(path);
        }

        var complete = before?[..(before.LastIndexOf('\n') + 1)].Split('\n') ?? [];
        var kept = complete.Skip(1)
            .Where(line => iteration > 0 && long.TryParse(
                line.Split(',')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= iteration);
        var text = string.Concat(kept.Prepend(string.Join(',', header)).Select(line => line + "\n"));
        if (text != before)
        {
            AtomicFile.Write(path, text);
        }

        return new(open(path), new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" };
    }

    private IEnumerable<string> Header() =>
    [
        "iteration", "seconds", "loss", "rate", "gradient_norm",
        .. _tasks.SelectMany(task =>
            new[] { "error", "input_error", "weight", "psnr", "ssim", "rmse" }.Select(column => CsvCell.Of($"{task}_{column}"))),
        "mean_psnr", "mean_gain", "best",
    ];

    private IEnumerable<double?> Row(TrainingProgress progress) =>
    [
        progress.Iteration, progress.Elapsed.TotalSeconds, progress.Loss, progress.LearningRate, progress.GradientNorm,
        .. _tasks.SelectMany(task =>
        {
            var training = progress.Tasks.GetValueOrDefault(task.Name);
            var validation = progress.Validation?.Tasks.GetValueOrDefault(task.Name);
            return new[] { training?.Loss, training?.InputLoss, training?.Weight, validation?.Psnr, validation?.Ssim, validation?.Rmse };
        }),
        progress.Validation?.MeanPsnr, progress.Validation?.MeanGain, progress.Validation is { } result ? (result.IsBest ? 1 : 0) : null,
    ];

    private static string Show(double? value) =>
        value is { } number && double.IsFinite(number) ? number.ToString("R", CultureInfo.InvariantCulture) : "";
}
