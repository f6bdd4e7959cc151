using Tat.Tests.Model;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Inference.Tiling;
using Tat.Torch.Model;
using Tat.Torch.Randomness;
using Tat.Torch.Tasks;
using static TorchSharp.torch;

namespace Tat.Tests.Inference.Tiling;

[TestClass]
public sealed class TiledImageTests
{
    private const int Height = 240;
    private const int Width = 280;
    private const int Side = 120;

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
        _image = [.. Enumerable.Range(0, Height * Width)
            .Select(i => (float)(0.3 + (0.2 * Math.Sin(i / Width * 0.07)) + (0.3 * (i % Width) / Width) + (0.05 * random.NextDouble())))];
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
    public void Tiles_with_kernels_of_their_own_have_seams_and_these_have_none()
    {
        var naive = new float[Height * Width];
        for (var top = 0; top < Height; top += Side)
        {
            for (var left = 0; left < Width; left += Side)
            {
                Restore(naive, top, left, Math.Min(Side, Height - top), Math.Min(Side, Width - left));
            }
        }

        var borders = Enumerable.Range(1, (Width - 1) / Side).Select(i => i * Side).ToArray();
        var (seam, blended) = (LargestStep(naive), LargestStep(Tiled(128)));
        Console.WriteLine($"largest steps: naive {seam}, blended {blended}");
        Assert.IsTrue(borders.Any(border => Math.Abs(seam.Column - border) <= 1), "the measure sees seams");

        // What is left are the steps between attention windows, which the whole image has, too, at other places.
        Assert.IsLessThan(0.5 * seam.Step, blended.Step);

        static void Restore(float[] result, int top, int left, int height, int width)
        {
            using var scope = NewDisposeScope();
            using var inference = inference_mode();
            var restored = _network.forward(tensor(_image, [1, 1, Height, Width]).narrow(2, top, height).narrow(3, left, width))
                .contiguous().data<float>().ToArray();
            for (var y = 0; y < height; y++)
            {
                restored.AsSpan(y * width, width).CopyTo(result.AsSpan(((top + y) * Width) + left));
            }
        }
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
        var reports = new List<double>();
        var tiled = new Restorer(model, new RestorerOptions { MemoryBudget = budget }).Restore(
            [image], [RestorationTask.Mri], new Reporter(reports.Add))[0];
        var mean = whole.Pixels.Zip(tiled.Pixels, (a, b) => Math.Abs(a - b)).Average();
        Assert.IsTrue(mean is > 0 and < 100, $"mean difference {mean}");
        CollectionAssert.AreEqual(reports.Order().ToArray(), reports);
        Assert.IsGreaterThanOrEqualTo(4, reports.Count, "each tile is told, in both passes");
        Assert.AreEqual(1, reports[^1], 1e-9);
    }

    private static float[] Tiled(int tile)
    {
        var image = (float[])_image.Clone();
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        new TiledImage(_network, new PaddedSize(Height, Width), tile, MemoryPlan.Overlap).Run(image, _ => { }, CancellationToken.None);
        return image;
    }

    /// <summary>Between which columns the difference to the whole image jumps most in the mean over the rows of a tile.</summary>
    private static (int Column, double Step) LargestStep(float[] image)
    {
        var difference = image.Zip(_whole, (a, b) => a - b).ToArray();
        return Enumerable.Range(1, Width - 1)
            .Select(x => (Column: x,
                Step: Math.Abs(Enumerable.Range(0, Side).Average(y => difference[(y * Width) + x] - difference[(y * Width) + x - 1]))))
            .MaxBy(column => column.Step);
    }

    private static double Error(float[] image) => image.Zip(_whole, (a, b) => Math.Abs(a - b)).Average();

    private static void AssertClose(float[] expected, float[] actual, double tolerance) =>
        Assert.IsLessThan(tolerance, expected.Zip(actual, (a, b) => (double)Math.Abs(a - b)).Max());
}
