using Microsoft.ML;
using Tat.MLNet.Scoring;
using Tat.MLNet.Views;
using Tat.Torch.Metrics;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Evaluation;

/// <summary>Compares the restored images of rows with their references.</summary>
internal static class RestorationEvaluator
{
    /// <summary>Measures all rows.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="names">What their columns are called.</param>
    /// <param name="tasks">The metric windows; <see langword="null"/> for those of the model that restored the images, or else of the
    /// paper.</param>
    /// <param name="cancellationToken">Stops between images.</param>
    public static RestorationMetrics Evaluate(
        IDataView data, RestorationColumns names, TaskVocabulary? tasks, CancellationToken cancellationToken)
    {
        tasks ??= TaskAnnotations.Find(data.Schema) ?? TaskVocabulary.Paper;
        var columns = new ImageColumns(data.Schema, names, [names.Restored, names.HighQuality]);
        var images = new List<ImageScore>();
        using var cursor = data.GetRowCursor(columns.All);
        var row = new ImageRowReader(columns, cursor, "only images with a reference of the same size can be evaluated");
        while (cursor.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var task = row.TaskOf(tasks, "whose metric window is not given to Evaluate");
            var reference = row.Read(task, column: 1);
            images.Add(new(row.File, row.Slice, task, ImageQuality.Measure(row.Read(task), reference, task.MetricWindow)));
        }

        return images.Count > 0 ? new(images) : throw new InvalidOperationException("There is nothing to evaluate: the data has no rows.");
    }
}
