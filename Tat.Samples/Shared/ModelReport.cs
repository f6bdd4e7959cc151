using System.Globalization;
using Tat.Samples.Comparison;
using Tat.Samples.Reports;
using Tat.Torch.Model;
using Tat.Torch.Tasks;

namespace Tat.Samples.Shared;

/// <summary>Puts together what a report shows of a model and of images that it has restored.</summary>
internal static class ModelReport
{
    /// <summary>Describes scored data.</summary>
    /// <param name="title">The heading.</param>
    /// <param name="summary">What was done.</param>
    /// <param name="images">Images to show side by side.</param>
    /// <param name="measured">All images, measured by all methods.</param>
    /// <param name="model">The model's tasks and card.</param>
    /// <param name="charts">Learning curves.</param>
    /// <param name="notes">What a reader must know.</param>
    public static ReportModel Create(
        string title, string summary, IReadOnlyList<ScoredImage> images, IReadOnlyList<MeasuredImage> measured,
        (TaskVocabulary Tasks, ModelCard Card) model, IReadOnlyList<ReportChart> charts, IReadOnlyList<string> notes)
    {
        var table = MethodTable.Of(measured);
        return new()
        {
            Title = title,
            Summary = summary,
            Scores = MethodTable.ScoresOf(measured),
            Cases = [.. images.Select(image => new ReportCase(
                model.Tasks[image.Task], image.NameAmong(measured), image.Image(image.LowQuality), image.Image(image.Restored),
                image.Image(image.HighQuality),
                table.ApplyBestFilter(model.Tasks[image.Task], image.Task, image.Image(image.LowQuality))))],
            Charts = charts,
            Facts =
            [
                new("Model",
                [
                    ("Data", model.Card.Data ?? "not recorded"),
                    ("Training pairs", string.Join(", ", model.Card.TrainingPairs.Select(pairs => $"{pairs.Key} {pairs.Value}"))),
                    ("Iterations", model.Card.Iterations.ToString(CultureInfo.InvariantCulture)),
                    ("Written by", $"TAT for ML.NET {model.Card.ProductVersion}"),
                ]),
                new("Training options", [.. model.Card.Training.Select(option => (option.Key, option.Value))]),
            ],
            Notes = [.. notes, "Restored images are estimates: what a network adds was not measured. Not for diagnostic use."],
        };
    }
}
