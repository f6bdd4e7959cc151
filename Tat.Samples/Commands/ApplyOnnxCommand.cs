using System.CommandLine;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.Transforms.Onnx;
using Tat.MLNet.Formats;
using Tat.Samples.Shared;
using Tat.Samples.Shell;
using Tat.Torch.Files;
using Tat.Torch.Files.Writing;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Onnx;
using Tat.Torch.Pretrained;
using Tat.Torch.Tasks;

namespace Tat.Samples.Commands;

/// <summary>
/// <c>apply-onnx IMAGE --model M.onnx --task T --out X</c>: restores with ML.NET's own <c>ApplyOnnxModel</c>, the range of the task comes
/// from the file.
/// </summary>
internal static class ApplyOnnxCommand
{
    public static Command Create(Terminal terminal)
    {
        var image = new Argument<string>("image") { Description = "The image, volume or series to restore." };
        var model = new Option<string?>("--model")
        {
            Description = "A model from export --signature Pixels; by default the bundled one.",
        };
        var task = CommonOptions.Task(required: true);
        var output = new Option<string>("--out") { Description = "The file or folder to write.", Required = true };
        var overwrite = CommonOptions.Overwrite();
        var command = new Command("apply-onnx", "Restores an image with ML.NET's own ONNX components.")
        {
            image, model, task, output, overwrite,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var destination = parsed.GetRequiredValue(output);
            CommonOptions.CheckFile(parsed.GetValue(overwrite), destination);
            using var scan = ImageFormats.Open(parsed.GetRequiredValue(image));
            var ml = new MLContext();

            // The log of ONNX Runtime would write names from files to the terminal as they are.
            ml.SetOnnxSessionOption(new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL });
            using var work = new WorkFolder();
            var modelPath = parsed.GetValue(model) ?? WritePretrained(work["tat.onnx"]);
            var known = ml.ImageRestoration.ReadModelInfo(modelPath).Tasks[parsed.GetRequiredValue(task)];
            scan.Format.WriteDerived(scan, destination, Restore(ml, scan, known, modelPath), cancellationToken: cancellationToken);
            terminal.Line($"{destination}: {MessageText.Amount(scan.SliceCount, "slice")} restored");
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    /// <summary>A row for each slice goes through the model, whatever its size; lazily, so that one slice is in memory at a time.</summary>
    private static IEnumerable<ImageSlice> Restore(MLContext ml, IImageScan scan, RestorationTask task, string model)
    {
        var onTheirWay = new Queue<(ImageSlice Slice, ImageSlice? Fitted)>();
        var rows = ml.Data.LoadFromEnumerable(scan.ReadSlices(task).Select(slice =>
        {
            var (range, fitted) = (task.RangeOf(slice), NetworkGrid.Fit(slice, task));
            onTheirWay.Enqueue((slice, fitted));
            fitted ??= slice;
            return new Row
            {
                Pixels = fitted.Pixels,
                Size =
            [
                fitted.Height, fitted.Width,
            ],
                RangeMinimum = [range.Minimum],
                RangeMaximum = [range.Maximum]
            };
        }));
        ITransformer transformer;
        try
        {
            transformer = ml.Transforms.ApplyOnnxModel(
                outputColumnNames: ["restored"], inputColumnNames: ["pixels", "size", "range_min", "range_max"], model).Fit(rows);
        }
        catch (ArgumentException problem)
        {
            throw new InvalidDataException($"ApplyOnnxModel cannot take '{model}'; export it with --signature Pixels.", problem);
        }

        return ml.Data.CreateEnumerable<Result>(transformer.Transform(rows), reuseRowObject: false)
            .Select((result, index) =>
            {
                AcceptedImages.CheckRestored(result.Restored, index);
                var (slice, fitted) = onTheirWay.Dequeue();
                return fitted is null ? slice : NetworkGrid.PutBack(new(result.Restored, fitted.Height, fitted.Width), fitted, slice);
            });
    }

    /// <summary>The model that comes with the program as a file, which ML.NET's component wants.</summary>
    private static string WritePretrained(string path)
    {
        File.WriteAllBytes(path, TatPretrained.ToOnnx(OnnxSignature.Pixels));
        return path;
    }

    private sealed class Row
    {
        [ColumnName("pixels")]
        public float[] Pixels { get; set; } = [];

        [ColumnName("size")]
        [VectorType(2)]
        public long[] Size { get; set; } = [];

        [ColumnName("range_min")]
        [VectorType(1)]
        public float[] RangeMinimum { get; set; } = [];

        [ColumnName("range_max")]
        [VectorType(1)]
        public float[] RangeMaximum { get; set; } = [];
    }

    private sealed class Result
    {
        [ColumnName("restored")]
        public float[] Restored { get; set; } = [];
    }
}
