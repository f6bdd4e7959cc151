using System.CommandLine;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Tat.Samples.Comparison;
using Tat.Samples.Reports;
using Tat.Samples.Shared;
using Tat.Samples.Shell;

namespace Tat.Samples.Commands;

/// <summary>
/// <c>report --model M --data ROOT --out report.html</c>: images before and after restoring, side by side, with their quality.
/// </summary>
internal static class ReportCommand
{
    public static Command Create(Terminal terminal)
    {
        var model = CommonOptions.Model();
        var data = new Option<string>("--data") { Description = "Data set in the layout ROOT/TASK/SPLIT/{LQ,HQ}/NAME.", Required = true };
        var split = new Option<string>("--split") { Description = "The part of the data set to use.", DefaultValueFactory = _ => "test" };
        var output = new Option<string>("--out") { Description = "The HTML file to write.", DefaultValueFactory = _ => "report.html" };
        var images = new Option<int>("--images") { Description = "Images of each task to show.", DefaultValueFactory = _ => 4 };
        var logs = new Option<string?>("--logs")
        {
            Description = "The folder with the logs of the training (train --logs), for learning curves in the report.",
        };
        var baselines = new Option<bool>("--baselines")
        {
            Description = "Also compare with filters: Gaussian, non-local means, total variation.",
        };
        var overwrite = CommonOptions.Overwrite();
        var command = new Command("report", "Writes an HTML report on how a model restores the images of a data set.")
        {
            model, data, split, output, images, baselines, logs, overwrite,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var target = parsed.GetRequiredValue(output);
            CommonOptions.CheckFile(parsed.GetValue(overwrite), target);
            var charts = parsed.GetValue(logs) is { } folder ? LearningCurves.Read(folder) : [];
            var ml = new MLContext();
            var warnings = new List<string>();
            ml.Log += (_, log) => warnings.AddRange(log.Kind == ChannelMessageKind.Warning ? [log.RawMessage] : []);
            using var restoration = ml.ImageRestoration.CreateTransformer(ModelFiles.Open(parsed.GetRequiredValue(model)));
            var scored = ml.Data.Cache(
                restoration.Transform(ml.ImageRestoration.LoadPairs(parsed.GetRequiredValue(data), parsed.GetRequiredValue(split))));
            var measured = terminal.Track(
                "Restoring", _ => ScoredImage.Measure(ml, scored, restoration.Tasks, parsed.GetValue(baselines), cancellationToken));
            var table = MethodTable.Of(measured);
            string[] remarks = [.. table.Remarks(), .. warnings];
            var report = ModelReport.Create(
                ModelFiles.NameOf(parsed.GetRequiredValue(model), restoration.Card),
                $"How the model restores the {parsed.GetRequiredValue(split)} images of "
                + $"{Path.GetFileName(Path.GetFullPath(parsed.GetRequiredValue(data)))}.",
                ScoredImage.Take(ml, scored, parsed.GetValue(images)), measured, (restoration.Tasks, restoration.Card), charts, remarks);
            HtmlReport.Write(report, target);
            terminal.Write(table.ToDisplay());
            foreach (var remark in remarks)
            {
                terminal.Line(remark);
            }

            terminal.Line($"The report is in {target}, its pictures in {Path.ChangeExtension(target, ".png")}.");
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }
}
