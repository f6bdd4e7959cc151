using Tat.Tests.Model;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Inference.Tiling;
using Tat.Torch.Model;
using Tat.Torch.Runtime;
using Tat.Torch.Tasks;
using static TorchSharp.torch;

namespace Tat.Tests.Inference.Tiling;

[TestClass]
public sealed class TiledImageTests
{
    private const int Height = 240;
    private const int Width = 280;

    private static TatNetwork _network = null!;
    private static float[] _image = null!;
    private static float[] _whole = null!;

    [ClassInitialize]
    public static void Restore(TestContext context)
    {
        _network = new TatNetwork(GoldenVectors.Options);
        using (no_grad())
        {
            foreach (var (name, parameter) in _network.named_parameters())
            {
                if (name.EndsWith("lambda_dw", StringComparison.Ordinal))
                {
                    parameter.fill_(0.5f);
                }
            }
        }

        // Smooth, with a little noise, and brighter to the right.
        var random = new RandomStream(3);
        _image = [.. Enumerable.Range(0, Height * Width).Select(i => (float)(0.3 + (0.2 * Math.Sin(i / Width * 0.07)) + (0.3 * (i % Width) / Width) + (0.05 * random.NextDouble())))];
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        _whole = _network.forward(tensor(_image, [1, 1, Height, Width])).data<float>().ToArray();
    }

    [ClassCleanup]
    public static void Free() => _network.Dispose();

    [TestMethod]
    public void One_tile_is_the_whole_image() => AssertClose(_whole, Tiled(1024), 1e-5);

    [TestMethod]
    public void Tiles_come_close_to_the_whole_image()
    {
        // With random weights; what a trained network does to an image depends less on where its windows lie.
        Assert.IsLessThan(0.5 * Error(_image), Error(Tiled(128)));
    }

    [TestMethod]
    public void A_restorer_with_a_small_budget_restores_in_tiles()
    {
        var model = new TatModel(_network, TaskVocabulary.Paper);
        var image = new ImageSlice([.. _image.Select(value => 4095 * value)], Height, Width);
        var whole = new Restorer(model).Restore(image, RestorationTask.Mri);
        var size = PaddedSize.For(Height, Width);
        var budget = MemoryPlan.BytesFor(_network.Options, size.Pixels / 2);
        Assert.IsNotNull(MemoryPlan.TileFor(_network.Options, size, budget));
        var tiled = new Restorer(model, new RestorerOptions { MemoryBudget = budget }).Restore(image, RestorationTask.Mri);
        var mean = whole.Pixels.Zip(tiled.Pixels, (a, b) => Math.Abs(a - b)).Average();
        Assert.IsTrue(mean is > 0 and < 100, $"mean difference {mean}");
    }

    private static float[] Tiled(int tile)
    {
        var image = (float[])_image.Clone();
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        new TiledImage(_network, new PaddedSize(Height, Width), tile, MemoryPlan.Overlap).Run(image, CancellationToken.None);
        return image;
    }

    private static double Error(float[] image) => image.Zip(_whole, (a, b) => Math.Abs(a - b)).Average();

    private static void AssertClose(float[] expected, float[] actual, double tolerance) =>
        Assert.IsLessThan(tolerance, expected.Zip(actual, (a, b) => (double)Math.Abs(a - b)).Max());
}
