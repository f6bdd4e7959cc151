using Tat.Torch.Imaging;
using Tat.Torch.Pretrained;

namespace Tat.Tests.Documentation.Snippets;

/// <summary>The code of the package Tat.Torch.</summary>
internal static class PackageOfTorchPage
{
    public static void Run()
    {
        // Tat.Torch/PACKAGE.md
        using var restorer = TatPretrained.OpenOnnx();
        var slice = new ImageSlice(new float[256 * 256], 256, 256); // HU, row by row
        var restored = restorer.Restore([slice], [restorer.Tasks["CT"]])[0];
        // end
    }
}
