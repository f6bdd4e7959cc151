using Microsoft.ML;
using Tat.MLNet.Loading;
using Tat.MLNet.Tagging;

namespace Tat.Tests.Documentation.Snippets;

/// <summary>The code of docs/own-data.md.</summary>
internal static class OwnDataPage
{
    public static void Run()
    {
        // docs/own-data.md
        var ml = new MLContext(seed: 42);
        var train = ml.ImageRestoration.LoadPairs("pairs", split: "train");
        var test = ml.ImageRestoration.LoadPairs("pairs", new ImagePairLoader.Options { Split = "test", LowQualityFolder = "LQ", HighQualityFolder = "HQ" });
        var images = ml.ImageRestoration.LoadImages("scans", task: "CT");
        var listed = ml.ImageRestoration.LoadList("images.csv");
        var dicom = ml.ImageRestoration.LoadDicom("ct-series");
        // end

        // docs/own-data.md
        var tagging = ml.ImageRestoration.TagTask("Task", TaskRule.FromModality(), TaskRule.WhenMatches("FileName", "low-?dose", "CT"), TaskRule.FromFolder());
        var tagged = tagging.Fit(dicom).Transform(dicom);
        // end

        // docs/own-data.md
        var model = ml.ImageRestoration.ApplyOnnx().Fit(test);
        var metrics = ml.ImageRestoration.Evaluate(model.Transform(test));
        foreach (var (task, quality) in metrics.PerTask)
        {
            Console.WriteLine($"{task}: {quality.Psnr.Mean:F2} ± {quality.Psnr.StandardDeviation:F2} dB, SSIM {quality.Ssim.Mean:F3}, {quality.Images} images");
        }
        // end
    }
}
