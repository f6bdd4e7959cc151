using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Tat.Samples.Bench;
using Tat.Samples.Shell;
using Tat.Torch.Onnx;

namespace Tat.Samples.Commands;

/// <summary><c>bench score</c>: restores the same images with models on TorchSharp and on ONNX Runtime, each in processes of its own, by turns.</summary>
internal static class BenchScoreCommand
{
    private const string OneName = "score-one";

    public static Command Create(Terminal terminal)
    {
        var model = CommonOptions.Model();
        var onnx = new Option<string>("--onnx") { Description = "The exported model to compare with; without one, --model is exported for the comparison." };
        var sizes = new Option<int[]>("--sizes") { Description = "Sides of the square images.", DefaultValueFactory = _ => [128, 256], AllowMultipleArgumentsPerToken = true };
        var repeat = new Option<int>("--repeat") { Description = "Images after the first one, in each of two rounds.", DefaultValueFactory = _ => 3 };
        var json = CommonOptions.Json();
        var command = new Command("score", "Compares TorchSharp and ONNX Runtime on the same images: milliseconds per image, peak memory, cold start.") { model, onnx, sizes, repeat, json };
        command.SetAction((parsed, cancellationToken) =>
        {
            var torch = parsed.GetRequiredValue(model);
            var folder = Directory.CreateTempSubdirectory("tat-bench-");
            try
            {
                var exported = parsed.GetValue(onnx) ?? Path.Combine(folder.FullName, "tat.onnx");
                if (parsed.GetValue(onnx) is null)
                {
                    using var source = ExportCommand.LoadModel(torch);
                    OnnxExporter.Export(source, exported, new() { Verify = false }, cancellationToken);
                }

                var rows = parsed.GetRequiredValue(sizes)
                    .SelectMany(size => Compare([("TorchSharp", torch), ("ONNX Runtime", exported)], size, parsed.GetValue(repeat), folder.FullName, cancellationToken))
                    .ToList();
                Show(terminal, rows, parsed.GetValue(json));
            }
            finally
            {
                folder.Delete(recursive: true);
            }

            return Task.FromResult(CommandLine.Done);
        });
        return command;
    }

    /// <summary>What a process of the comparison runs.</summary>
    public static Command CreateOne(Terminal terminal)
    {
        var model = CommonOptions.Model();
        var size = new Option<int>("--size");
        var repeat = new Option<int>("--repeat");
        var output = new Option<string>("--out");
        var command = new Command(OneName, "Measures one model in this process.") { model, size, repeat, output };
        command.Hidden = true;
        command.SetAction((parsed, cancellationToken) =>
        {
            terminal.Json(ScoreRun.Measure(parsed.GetRequiredValue(model), parsed.GetValue(size), parsed.GetValue(repeat), parsed.GetRequiredValue(output), cancellationToken));
            return Task.FromResult(CommandLine.Done);
        });
        return command;
    }

    /// <summary>Two rounds by turns, so that what else the machine does meets both alike.</summary>
    private static IEnumerable<ScoreRow> Compare((string Name, string Path)[] models, int size, int repeat, string folder, CancellationToken cancellationToken)
    {
        var runs = models.Select(_ => new List<ScoreRun>()).ToArray();
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < models.Length; i++)
            {
                runs[i].Add(BenchProcess.Run<ScoreRun>(BenchProcess.Own(tuned: true, OneName, "--model", models[i].Path, "--size", Text(size), "--repeat", Text(repeat), "--out", ResultOf(i)), cancellationToken));
            }
        }

        var reference = ReadResult(0);
        for (var i = 0; i < models.Length; i++)
        {
            var milliseconds = runs[i].SelectMany(run => run.Milliseconds).Order().ToArray();
            yield return new(
                models[i].Name,
                size,
                milliseconds[milliseconds.Length / 2],
                runs[i].Min(run => run.ColdStartSeconds),
                runs[i].Max(run => run.PeakBytes) / 1e6,
                ReadResult(i).Zip(reference, (a, b) => Math.Abs(a - b)).Max());
        }

        string ResultOf(int model) => Path.Combine(folder, $"{size}.{model}");
        float[] ReadResult(int model) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(ResultOf(model))).ToArray();
    }

    private static void Show(Terminal terminal, List<ScoreRow> rows, bool json)
    {
        if (json)
        {
            terminal.Json(rows);
            return;
        }

        var table = new Table().AddColumns("Image", "Back end", "ms per image", "Cold start s", "Peak memory MB", "Difference (of 1)");
        foreach (var row in rows)
        {
            table.AddRow($"{row.Size} × {row.Size}", row.BackEnd, Text(row.Milliseconds, "F0"), Text(row.ColdStartSeconds, "F2"), Text(row.PeakMegabytes, "F0"), Text(row.Difference, "G2"));
        }

        terminal.Write(table);
        terminal.Line("Median after the first image; cold start: from the start of the process to its first restored image.");
    }

    private static string Text(IFormattable value, string? format = null) => value.ToString(format, CultureInfo.InvariantCulture);

    private sealed record ScoreRow(string BackEnd, int Size, double Milliseconds, double ColdStartSeconds, double PeakMegabytes, double Difference);
}
