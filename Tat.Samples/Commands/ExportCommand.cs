using System.CommandLine;
using Microsoft.ML;
using Spectre.Console;
using Tat.Samples.Shared;
using Tat.Samples.Shell;
using Tat.Torch.Checkpoints;
using Tat.Torch.Model;
using Tat.Torch.Onnx;

namespace Tat.Samples.Commands;

/// <summary>
/// <c>export --model M --out X.onnx</c>: writes a model for ONNX Runtime, compared with the original before it gets its name; or, as
/// <c>X.pth</c>, for PyTorch.
/// </summary>
internal static class ExportCommand
{
    private const string DefaultFile = "tat.onnx";

    public static Command Create(Terminal terminal)
    {
        var model = CommonOptions.Model();
        var output = new Option<string>("--out")
        {
            Description = "The file to write: .onnx, .zip for ML.NET, .safetensors (a model that PyTorch reads, too), or bare weights for "
                + "PyTorch as .pth.",
            DefaultValueFactory = _ => DefaultFile,
        };
        var signature = new Option<OnnxSignature>("--signature")
        {
            Description = "Image: float[N,1,H,W], for restore, ApplyOnnx and other languages; Pixels: a row of pixels and its size, for "
                + "ML.NET's own ApplyOnnxModel.",
            DefaultValueFactory = _ => OnnxSignature.Image,
        };
        var half = new Option<bool>("--half")
        {
            Description = "Store weights in half precision: half the size, the same speed, and a difference that export to ONNX reports.",
        };
        var card = new Option<string?>("--card")
        {
            Description = "With .safetensors: a JSON file whose entries replace those of the model's card: name, version, licence, data, "
                + "sources, limits, ranges, keepsMeans, margins; what it does not name stays. Margins that were found with other "
                + "keepsMeans go.",
        };
        var noVerify = new Option<bool>("--no-verify") { Description = "Do not run the file to compare it with the model." };
        var overwrite = CommonOptions.Overwrite();
        var json = CommonOptions.Json();
        var command = new Command(
            "export", "Exports a model to ONNX, for programs without LibTorch and for other languages, or its weights to PyTorch.")
            {
                model, output, signature, half, card, noVerify, overwrite, json,
            };
        command.Validators.Add(result =>
        {
            var (kind, meaningless) = Path.GetExtension(result.GetValue(output) ?? DefaultFile).ToLowerInvariant() switch
            {
                ".onnx" => ("an ONNX file", [card]),
                ".safetensors" => ("a .safetensors file", [signature, noVerify, json]),
                ".zip" => ("a .zip file", [signature, half, card, noVerify, json]),
                ".pth" or ".pt" => ("weights for PyTorch", [signature, half, card, noVerify, json]),
                _ => ("", Array.Empty<Option>()),
            };
            if (kind.Length == 0)
            {
                result.AddError("The ending of --out determines what is written: use .onnx, .zip, .safetensors or .pth.");
            }

            CommonOptions.CheckMeaning(result, kind, meaningless);
        });
        command.SetAction((parsed, cancellationToken) =>
        {
            var path = parsed.GetRequiredValue(output);
            CommonOptions.CheckFile(parsed.GetValue(overwrite), path);
            using var source = ModelFiles.LoadTorch(parsed.GetRequiredValue(model));
            switch (Path.GetExtension(path).ToLowerInvariant())
            {
                case ".safetensors":
                    var described = parsed.GetValue(card) is { } file ? CardFile.Read(file, source.Card, source.Tasks) : source.Card;
                    var difference = new TatModel(source.Network, source.Tasks, described).Save(path, parsed.GetValue(half));
                    terminal.Line($"The model is in {path}; PyTorch loads its weights with strict=True.");
                    if (parsed.GetValue(half))
                    {
                        terminal.Line(FormattableString.Invariant(
                            $"Read back, it changes pixels by at most {difference:G2} of 1 (0.01 is allowed)."));
                    }

                    return Task.FromResult(ExitCodes.Done);
                case ".zip":
                    var ml = new MLContext();
                    ModelFiles.Save(ml, ml.ImageRestoration.CreateTransformer(source), null, path);
                    terminal.Line($"The model is in {path}.");
                    return Task.FromResult(ExitCodes.Done);
                case ".pth" or ".pt":
                    WeightsFile.Export(source.Network, path);
                    terminal.Line($"The weights are in {path}; PyTorch loads them with strict=True.");
                    return Task.FromResult(ExitCodes.Done);
            }

            var options = new OnnxExportOptions
            {
                Signature = parsed.GetValue(signature),
                HalfPrecisionWeights = parsed.GetValue(half),
                Verify = !parsed.GetValue(noVerify),
            };
            var report = OnnxExporter.Export(source, path, options, cancellationToken);
            if (parsed.GetValue(json))
            {
                terminal.Json([report]);
            }
            else
            {
                Show(terminal, report);
            }

            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    private static void Show(Terminal terminal, OnnxExportReport report)
    {
        terminal.Line(FormattableString.Invariant($"{report.Path}: {report.Bytes / 1e6:F1} MB"));
        if (report.Comparisons.Count == 0)
        {
            return;
        }

        var table = new Table().AddColumns("Image", "Largest difference (of 1)");
        foreach (var comparison in report.Comparisons)
        {
            table.AddRow($"{comparison.Height} × {comparison.Width}", FormattableString.Invariant($"{comparison.MaximumDifference:G2}"));
        }

        terminal.Write(table);
    }
}
