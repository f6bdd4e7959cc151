using System.Globalization;
using Spectre.Console;
using Tat.MLNet.Evaluation;
using Tat.Torch.Metrics;
using Tat.Torch.Model;
using Tat.Torch.Tasks;

namespace Tat.Samples.Shared;

/// <summary>Mean quality by task, before and after restoring.</summary>
internal sealed record QualityTable(IReadOnlyList<QualityTable.Row> Rows)
{
    /// <summary>A task of the table; <paramref name="Input"/> and <paramref name="Restored"/> are means over its images.</summary>
    public sealed record Row(string Task, string Unit, int Images, TaskScore Input, TaskScore? Restored);

    /// <summary>Averages measured images.</summary>
    public static QualityTable Of(IEnumerable<(RestorationTask Task, ImageQuality Input, ImageQuality? Restored)> images) => new(
        [.. images.GroupBy(image => image.Task).Select(group => new Row(
            group.Key.Name, group.Key.Unit, group.Count(),
            QualitySummary.Of(group.Select(image => image.Input)).ToScore(),
            group.All(image => image.Restored is null) ? null : QualitySummary.Of(group.Select(image => image.Restored!.Value)).ToScore()))]);

    /// <summary>Takes measurements of the same images before and after restoring.</summary>
    public static QualityTable Of(TaskVocabulary tasks, RestorationMetrics before, RestorationMetrics after) => new(
        [.. tasks.Where(task => after.PerTask.ContainsKey(task.Name)).Select(task => new Row(
            task.Name, task.Unit, after.PerTask[task.Name].Images, before.PerTask[task.Name].ToScore(), after.PerTask[task.Name].ToScore()))]);

    /// <summary>The table to print.</summary>
    public Table ToTable()
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("Task").AddColumn(new TableColumn("Images").RightAligned());
        foreach (var metric in new[] { "PSNR (dB)", "SSIM", "RMSE" })
        {
            table.AddColumn(new TableColumn($"{metric}\ninput").RightAligned()).AddColumn(new TableColumn("\nrestored").RightAligned());
        }

        foreach (var row in Rows)
        {
            table.AddRow(
                row.Task, row.Images.ToString(CultureInfo.InvariantCulture),
                Number(row.Input.Psnr, "F2"), Number(row.Restored?.Psnr, "F2"),
                Number(row.Input.Ssim, "F4"), Number(row.Restored?.Ssim, "F4"),
                $"{Number(row.Input.Rmse, "G4")} {row.Unit}", row.Restored is null ? "-" : $"{Number(row.Restored.Rmse, "G4")} {row.Unit}");
        }

        return table;
    }

    /// <summary>What a reader must not overlook: tasks that restoring does not help.</summary>
    public IEnumerable<string> Remarks()
    {
        // Less than this nobody sees.
        const double Noticeable = 0.05;
        foreach (var row in Rows.Where(row => row.Restored is not null))
        {
            var gain = row.Restored!.Psnr - row.Input.Psnr;
            if (gain < -Noticeable)
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"{row.Task}: the model makes images worse ({gain:F2} dB). Train it longer, or on images that are more like these.");
            }
            else if (gain <= Noticeable)
            {
                yield return $"{row.Task}: the model changes next to nothing. Train it longer, or on images that are more like these.";
            }
        }
    }

    private static string Number(double? value, string format) => value is null ? "-" : value.Value.ToString(format, CultureInfo.InvariantCulture);
}
