using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML;
using Tat.MLNet;
using Tat.MLNet.Serving;

namespace Tat.Tests.Documentation.Snippets;

/// <summary>The code of docs/serving.md.</summary>
internal static class ServingPage
{
    public static async Task Run(Tat.Torch.Imaging.ImageSlice slice, CancellationToken cancellationToken)
    {
        // docs/serving.md
        var services = new ServiceCollection();
        services.AddTatRestoration(options =>
        {
            options.ModelPath = "pretrained"; // the bundled model, or a file of ml.Model.Save
            options.MaximumConcurrency = 2;
        });
        await using var provider = services.BuildServiceProvider();
        var pool = provider.GetRequiredService<RestorationPool>();
        // end

        // docs/serving.md
        var restored = await pool.RestoreAsync(new ImageInput(slice, "CT"), cancellationToken);
        var result = await pool.RestoreScanAsync("upload/scan.nii.gz", "results/scan.nii.gz", new() { Task = "CT" }, cancellationToken: cancellationToken);
        var slices = await pool.RestoreVolumeAsync([slice, slice], "CT", cancellationToken: cancellationToken);
        pool.Reload("pretrained");
        // end

        // docs/serving.md
        services.AddTatRestoration("archive", options =>
        {
            options.ModelPath = "models/tat.onnx"; // ONNX Runtime: no LibTorch
            options.ReloadWhenChanged = true;
        });
        services.AddHealthChecks().AddTatRestoration("archive", "ready");
        // end

        // docs/serving.md
        var ml = new MLContext();
        using var model = ml.ImageRestoration.LoadPretrained();
        using var engine = ml.Model.CreatePredictionEngine<ImageInput, RestoredImage>(model);
        float[] pixels = engine.Predict(new ImageInput(slice, "CT")).Restored;
        // end
    }
}
