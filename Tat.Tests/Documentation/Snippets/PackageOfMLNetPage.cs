using Microsoft.ML;

namespace Tat.Tests.Documentation.Snippets;

/// <summary>The code of the package Tat.MLNet.</summary>
internal static class PackageOfMLNetPage
{
    public static void Run()
    {
        // Tat.MLNet/PACKAGE.md
        var ml = new MLContext();
        var images = ml.ImageRestoration.LoadImages("scans", task: "CT");
        var restored = ml.ImageRestoration.ApplyOnnx().Fit(images).Transform(images); // the model of the package
        // end
    }
}
