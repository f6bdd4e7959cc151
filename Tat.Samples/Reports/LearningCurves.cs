using System.Globalization;
using Tat.Torch.Files;
using Tat.Torch.Training;

namespace Tat.Samples.Reports;

/// <summary>The charts of a training: of its reports, or of the table that it has logged.</summary>
internal static class LearningCurves
{
    private const string Table = "training.csv";
    private const string Error = "Error of restored patches as a share of the degraded patches' error";
    private const string Psnr = "Validation PSNR (dB)";
    private const string Weight = "Weight that the loss balancer gives";

    /// <summary>Charts of progress reports.</summary>
    public static IReadOnlyList<ReportChart> Of(IEnumerable<TrainingProgress> history) => Charts(history.SelectMany(report =>
        report.Tasks.SelectMany(task => new[] { new Point(Error, task.Key, report.Iteration,
            task.Value.Loss / task.Value.InputLoss), new Point(Weight, task.Key, report.Iteration, task.Value.Weight) })
            .Concat(report.Validation?.Tasks.Select(task => new Point(Psnr, task.Key, report.Iteration, task.Value.Psnr)) ?? [])));

    /// <summary>Charts of a folder of logs.</summary>
    /// <exception cref="IOException">It holds no table of a training, or one that cannot be read.</exception>
    public static IReadOnlyList<ReportChart> Read(string folder)
    {
        var path = Path.Combine(folder, Table);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException(
                $"'{folder}' has no {Table}: give the folder that a training wrote its logs to (train --logs).");
        }

        var rows = RegularFile.ReadAllText(path).ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(',')).ToList();
        var columns = (rows.FirstOrDefault() ?? []).Distinct().Select((name, index) => (name, index))
            .ToDictionary(column => column.name, column => column.index);
        if (!columns.ContainsKey("iteration") || rows.Exists(row => row.Length != columns.Count))
        {
            throw new InvalidDataException(
                $"'{path}' is not the table of a training; its rows should have the columns iteration, loss, rate, ….");
        }

        const string Suffix = "_input_error";
        string[] tasks = [.. rows[0].Where(name => name.EndsWith(Suffix, StringComparison.Ordinal)).Select(name => name[..^Suffix.Length])];
        return Charts(rows.Skip(1).SelectMany(row => tasks.SelectMany(task => new[]
        {
            new Point(Error, task, Value(row, "iteration"), Value(row, $"{task}_error") / Value(row, $"{task}{Suffix}")),
            new Point(Weight, task, Value(row, "iteration"), Value(row, $"{task}_weight")),
            new Point(Psnr, task, Value(row, "iteration"), Value(row, $"{task}_psnr")),
        })));

        double Value(string[] row, string column) =>
            columns.TryGetValue(column, out var index)
                && double.TryParse(row[index], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : double.NaN;
    }

    /// <summary>A chart for each quantity that has values; a task without a value in a row has no point there.</summary>
    private static List<ReportChart> Charts(IEnumerable<Point> points)
    {
        var known = points.Where(point => double.IsFinite(point.Value)).ToLookup(point => point.Chart);
        return [.. new[] { Error, Psnr, Weight }.Where(known.Contains).Select(chart => new ReportChart(chart, "iteration", [.. known[chart]
            .GroupBy(point => point.Task)
            .Select(line => new ReportLine(line.Key, [.. line.Select(point => (point.Iteration, point.Value))]))]))];
    }

    private readonly record struct Point(string Chart, string Task, double Iteration, double Value);
}
