using Microsoft.ML;
using Tat.MLNet;
using Tat.MLNet.Formats;
using Tat.MLNet.Scans;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Model;
using Tat.Torch.Onnx;
using Tat.Torch.Pretrained;

namespace Tat.Tests.Documentation.Snippets;

/// <summary>The code of docs/memory.md.</summary>
internal static class MemoryPage
{
    public static void Run()
    {
        // docs/memory.md
        using var restorer = TatPretrained.OpenOnnx();
        byte[] upload = File.ReadAllBytes("upload/scan.nii.gz");
        var results = new Dictionary<string, MemoryStream>();
        var source = ScanSource.Of([new ImageContent("scan of visit 2.nii.gz", upload)]);
        var done = restorer.RestoreScan(source, "restored.nii.gz", new()
        {
            Task = "CT",
            Derived = new() { Output = name => results[name] = new MemoryStream() },
        });
        byte[] answer = results[done.Files[0]].ToArray();
        // end

        // docs/memory.md
        var task = restorer.Tasks["MRI"];
        float[][] planes = [new float[64 * 64], new float[64 * 64]];
        ImageSlice[] volume = [.. planes.Select(pixels => new ImageSlice(pixels, height: 64, width: 64))];
        foreach (var restored in restorer.RestoreVolume(volume.AsVolume(task), task))
        {
            Console.WriteLine($"{restored.Height} × {restored.Width}: {restored.Pixels.Max()}");
        }
        // end

        // docs/memory.md
        var ml = new MLContext();
        var rows = ml.Data.LoadFromEnumerable(volume.Select((slice, index) => new ImageInput(slice, "MRI", $"slice {index}")));
        var restoredRows = ml.ImageRestoration.ApplyOnnx().Fit(rows).Transform(rows);
        foreach (var result in ml.Data.CreateEnumerable<RestoredImage>(restoredRows, reuseRowObject: false))
        {
            Console.WriteLine(result.Restored.Length);
        }
        // end

        // docs/memory.md
        using var model = TatPretrained.Load();
        using var bytes = new MemoryStream();
        model.Save(bytes, halfPrecision: true);
        bytes.Position = 0;
        using var again = TatModel.Load(bytes);
        using var onnx = new OnnxRestorer(TatPretrained.ToOnnx());
        Console.WriteLine($"{onnx.Card.Title}: {string.Join(", ", again.Tasks)}");
        // end
    }
}
