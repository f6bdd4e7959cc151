using System.Globalization;
using System.Text;
using Tat.Torch.Tasks;

namespace Tat.Torch.Training.Reporting;

/// <summary>Writes the progress of a training into a folder: <c>training.csv</c>, <c>validation.csv</c> with a row for each volume, and events for TensorBoard.</summary>
internal sealed class TrainingLog : IProgress<TrainingProgress>, IDisposable
{
    /// <summary>The name of the table.</summary>
    public const string TableName = "training.csv";

    private const string VolumesName = "validation.csv";

    private readonly TaskVocabulary _tasks;
    private readonly StreamWriter _table;
    private readonly StreamWriter _volumes;
    private readonly TensorBoardWriter _events;

    /// <summary>Opens the logs; what they say of later iterations, from a run that was interrupted, is dropped.</summary>
    /// <param name="folder">The folder; made if it does not exist.</param>
    /// <param name="tasks">The tasks, which set the columns.</param>
    /// <param name="iteration">The iteration after which the training goes on.</param>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public TrainingLog(string folder, TaskVocabulary tasks, long iteration)
    {
        _tasks = tasks;
        try
        {
            Directory.CreateDirectory(folder);
            _table = Open(Path.Combine(folder, TableName), Header(), iteration);
            _volumes = Open(Path.Combine(folder, VolumesName), ["iteration", "task", "volume", "images", "input_psnr", "psnr", "gain", "input_ssim", "ssim"], iteration);
            _events = new(folder, iteration);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _table?.Dispose();
            _volumes?.Dispose();
            throw new IOException($"Training logs cannot be written to '{folder}': {exception.Message} Choose a folder that can be written to.", exception);
        }
    }

    /// <inheritdoc/>
    public void Report(TrainingProgress value)
    {
        _table.WriteLine(string.Join(',', Row(value).Select(Show)));
        foreach (var (task, volume, input, restored) in value.Validation?.Volumes ?? [])
        {
            _volumes.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{value.Iteration},{task},\"{volume.Replace("\"", "\"\"", StringComparison.Ordinal)}\",{restored.Images},{input.Psnr:F3},{restored.Psnr:F3},{restored.Psnr - input.Psnr:F3},{input.Ssim:F4},{restored.Ssim:F4}"));
        }

        _events.Write(value, _tasks);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _table.Dispose();
        _volumes.Dispose();
        _events.Dispose();
    }

    /// <summary>Opens a table with what it says up to an iteration.</summary>
    private static StreamWriter Open(string path, IEnumerable<string> header, long iteration)
    {
        string[] kept = File.Exists(path) && iteration > 0 ? [.. File.ReadLines(path).Skip(1).Where(line => long.TryParse(line.Split(',')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= iteration)] : [];
        var table = new StreamWriter(path, append: false, new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" };
        foreach (var line in kept.Prepend(string.Join(',', header)))
        {
            table.WriteLine(line);
        }

        return table;
    }

    private IEnumerable<string> Header() =>
    [
        "iteration", "seconds", "loss", "rate", "gradient_norm",
        .. _tasks.SelectMany(task => new[] { $"{task}_error", $"{task}_input_error", $"{task}_weight", $"{task}_psnr", $"{task}_ssim", $"{task}_rmse" }),
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

    private static string Show(double? value) => value is { } number && double.IsFinite(number) ? number.ToString("R", CultureInfo.InvariantCulture) : "";
}
