using Microsoft.ML;
using Tat.MLNet.Training;

namespace Tat.Tests.Documentation.Snippets;

/// <summary>The code of docs/training.md.</summary>
internal static class TrainingPage
{
    public static void Run()
    {
        // docs/training.md
        var ml = new MLContext(seed: 42);
        using var scans = GoodScans.Open("scans", new() { HoldOut = ["patient7"] });
        var model = ml.ImageRestoration.Trainers.FineTune().Fit(scans);
        // end
        model.Dispose();
    }
}
