using Microsoft.ML;
using Tat.MLNet;
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
        var task = restorer.Tasks["MRI"];
        float[][] planes = [new float[64 * 64], new float[64 * 64]];
        ImageSlice[] volume = [.. planes.Select(pixels => new ImageSlice(pixels, height: 64, width: 64))];
        var (level, extent) = (IntensityLevel.Measure(volume), KSpaceFill.Measure(volume));
        foreach (var restored in restorer.RestoreVolume(volume.Select(slice => new ImageSlice(slice.Pixels, 64, 64) { VolumeLevel = level, VolumeExtent = extent }), task))
        {
            Console.WriteLine($"{restored.Height} × {restored.Width}: {restored.Pixels.Max()}");
        }
        // end

        // docs/memory.md
        var ml = new MLContext();
        var rows = ml.Data.LoadFromEnumerable(volume.Select((slice, index) => new ImageInput(slice, "MRI", $"slice {index}")));
        var results = ml.ImageRestoration.ApplyOnnx().Fit(rows).Transform(rows);
        foreach (var result in ml.Data.CreateEnumerable<RestoredImage>(results, reuseRowObject: false))
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
