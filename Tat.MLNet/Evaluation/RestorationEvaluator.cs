using Microsoft.ML;
using Tat.MLNet.Scoring;
using Tat.MLNet.Views;
using Tat.Torch.Imaging;
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
    /// <param name="regions">The column with the label of each pixel; <see langword="null"/> for none.</param>
    /// <param name="cancellationToken">Stops between images.</param>
    public static RestorationMetrics Evaluate(
        IDataView data, RestorationColumns names, TaskVocabulary? tasks, string? regions, CancellationToken cancellationToken)
    {
        tasks ??= TaskAnnotations.Find(data.Schema) ?? TaskVocabulary.Paper;
        var columns = new ImageColumns(
            data.Schema, names, [names.Restored, names.HighQuality, .. regions is null ? Array.Empty<string>() : [regions]]);
        var images = new List<ImageScore>();
        var tallies = new OrderedDictionary<(string File, RestorationTask Task), RegionTally>();
        using var cursor = data.GetRowCursor(columns.All);
        var row = new ImageRowReader(columns, cursor, "only images with a reference of the same size can be evaluated");
        while (cursor.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var task = row.TaskOf(tasks, "whose metric window is not given to Evaluate");
            var reference = row.Read(task, column: 1);
            var restored = row.Read(task);
            images.Add(new(row.File, row.Slice, task, ImageQuality.Measure(restored, reference, task.MetricWindow)));
            if (regions is not null)
            {
                AddRegions(tallies, row, task, restored, reference);
            }
        }

        return images.Count > 0
            ? new(images, [.. tallies.SelectMany(tally =>
                tally.Value.Regions.Select(score => new ImageRegion(tally.Key.File, tally.Key.Task, score)))])
            : throw new InvalidOperationException("There is nothing to evaluate: the data has no rows.");
    }

    private static void AddRegions(OrderedDictionary<(string File, RestorationTask Task), RegionTally> tallies, ImageRowReader row,
        RestorationTask task, ImageSlice restored, ImageSlice reference)
    {
        if (!tallies.TryGetValue((row.File, task), out var tally))
        {
            tallies.Add((row.File, task), tally = new());
        }

        var labels = row.Read(task, column: 2);
        try
        {
            tally.Add(restored, reference, labels);
        }
        catch (InvalidDataException problem)
        {
            throw new InvalidDataException($"{row.Name}: {problem.Message}", problem);
        }
    }
}
