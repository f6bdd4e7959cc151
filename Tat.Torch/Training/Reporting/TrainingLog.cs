using System.Globalization;
using System.Text;
using Tat.Torch.Tasks;

namespace Tat.Torch.Training.Reporting;

/// <summary>Writes the progress of a training into a folder: <c>training.csv</c>, and events for TensorBoard.</summary>
internal sealed class TrainingLog : IProgress<TrainingProgress>, IDisposable
{
    /// <summary>The name of the table.</summary>
    public const string TableName = "training.csv";

    private readonly TaskVocabulary _tasks;
    private readonly StreamWriter _table;
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
            var path = Path.Combine(folder, TableName);
            string[] kept = File.Exists(path) && iteration > 0 ? [.. File.ReadLines(path).Skip(1).Where(line => long.TryParse(line.Split(',')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= iteration)] : [];
            _table = new StreamWriter(path, append: false, new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" };
            _table.WriteLine(string.Join(',', Header()));
            foreach (var line in kept)
            {
                _table.WriteLine(line);
            }

            _events = new(folder, iteration);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _table?.Dispose();
            throw new IOException($"Training logs cannot be written to '{folder}': {exception.Message} Choose a folder that can be written to.", exception);
        }
    }

    /// <inheritdoc/>
    public void Report(TrainingProgress value)
    {
        _table.WriteLine(string.Join(',', Row(value).Select(Show)));
        _events.Write(value, _tasks);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _table.Dispose();
        _events.Dispose();
    }

    private IEnumerable<string> Header() =>
    [
        "iteration", "seconds", "loss", "rate", "gradient_norm",
        .. _tasks.SelectMany(task => new[] { $"{task}_error", $"{task}_input_error", $"{task}_weight", $"{task}_psnr", $"{task}_ssim", $"{task}_rmse" }),
        "mean_psnr", "best",
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
        progress.Validation?.MeanPsnr, progress.Validation is { } result ? (result.IsBest ? 1 : 0) : null,
    ];

    private static string Show(double? value) => value is { } number && double.IsFinite(number) ? number.ToString("R", CultureInfo.InvariantCulture) : "";
}
