using Microsoft.ML;
using Tat.MLNet.Scans;
using Tat.Torch.Imaging;
using Tat.Torch.Onnx;
using Tat.Torch.Pretrained;

namespace Tat.Tests.Documentation.Snippets;

/// <summary>The code of docs/onnx.md.</summary>
internal static class OnnxPage
{
    public static void Run()
    {
        // docs/onnx.md
        using (var model = TatPretrained.Load()) // exporting needs LibTorch, or copy the file of the program
        {
            var report = OnnxExporter.Export(model, "tat.onnx", new() { Signature = OnnxSignature.Image });
            Console.WriteLine($"{report.Bytes} bytes, differs from the model by {report.MaximumDifference} of 1");
        }

        using var restorer = new OnnxRestorer("tat.onnx", new() { Threads = 2 });
        var slice = new ImageSlice(new float[64 * 64], 64, 64); // HU, row by row
        var restored = restorer.Restore([slice], [restorer.Tasks["CT"]])[0];
        var result = restorer.RestoreScan("scan.nii.gz", "restored.nii.gz", new() { Task = "CT" });

        var ml = new MLContext();
        var images = ml.ImageRestoration.LoadImages("scan.nii.gz", task: "CT");
        var rows = ml.ImageRestoration.ApplyOnnx("tat.onnx").Fit(images).Transform(images);
        // end
    }
}
