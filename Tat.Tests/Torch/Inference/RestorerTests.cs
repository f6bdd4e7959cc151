using Tat.Tests.Model;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Inference.Tiling;
using Tat.Torch.Model;
using Tat.Torch.Randomness;
using Tat.Torch.Tasks;
using static TorchSharp.torch;

namespace Tat.Tests.Inference;

[TestClass]
public sealed class RestorerTests
{
    private static TatModel _model = null!;

    [ClassInitialize]
    public static void Load(TestContext context) => _model = new TatModel(new TatNetwork(GoldenVectors.Options), TaskVocabulary.Paper);

    [ClassCleanup]
    public static void Free() => _model.Dispose();

    [TestMethod]
    public void Any_size_from_one_pixel_up_is_restored()
    {
        using var restorer = new Restorer(_model);
        foreach (var (height, width) in new[] { (1, 1), (1, 30), (2, 3), (5, 4), (8, 8), (9, 17), (33, 40), (31, 65) })
        {
            var restored = restorer.Restore(Image(height, width, 3), RestorationTask.Ct);
            Assert.AreEqual((height, width), (restored.Height, restored.Width));
            Assert.IsTrue(restored.Pixels.All(value => value is >= -1024 and <= 3072));
        }
    }

    [TestMethod]
    public void Images_of_many_sizes_and_tasks_come_back_in_order_as_if_each_were_alone()
    {
        using var restorer = new Restorer(_model, new RestorerOptions { BatchPixels = 3 * 32 * 32 });
        ImageSlice[] images = [.. Enumerable.Range(0, 12).Select(i => Image(25 + (8 * (i % 3)), 32, (ulong)i))];
        RestorationTask[] tasks = [.. Enumerable.Range(0, 12).Select(i => TaskVocabulary.Paper[i % 2])];
        var together = restorer.Restore(images, tasks);
        for (var i = 0; i < images.Length; i++)
        {
            var alone = restorer.Restore(images[i], tasks[i]);
            CollectionAssert.AreEqual(alone.Pixels, together[i].Pixels, $"image {i}");
        }
    }

    [TestMethod]
    public void Large_images_on_a_core_each_equal_those_on_all_cores_but_for_rounding()
    {
        using var restorer = new Restorer(_model);
        var count = (2 * Environment.ProcessorCount) + 1;
        var images = Enumerable.Range(0, count).Select(i => Image(200, 232, (ulong)i)).ToArray();
        var size = PaddedSize.For(200, 232);
        Assert.AreEqual(count - (count % Environment.ProcessorCount),
            BatchPlan.CountApart(_model.Network.Options, size, count, Environment.ProcessorCount, long.MaxValue), "not small");
        var reports = new List<double>();
        var together = restorer.Restore(images, [.. images.Select(_ => RestorationTask.Ct)], new Reporter(reports.Add));
        for (var i = 0; i < count; i++)
        {
            var alone = restorer.Restore(images[i], RestorationTask.Ct);
            var largest = alone.Pixels.Zip(together[i].Pixels, (a, b) => Math.Abs(a - b)).Max();
            Assert.IsLessThan(0.01f, largest, $"HU, image {i}");
        }

        CollectionAssert.AreEqual(Enumerable.Range(1, count).Select(i => i / (double)count).ToArray(), reports.ToArray());
    }

    [TestMethod]
    public void Large_images_take_all_cores_where_memory_has_no_room_for_one_on_each()
    {
        var (network, size) = (_model.Network.Options, new PaddedSize(512, 512));
        var image = MemoryPlan.BytesFor(network, size.Pixels);
        Assert.AreEqual(8, BatchPlan.CountApart(network, size, 11, 4, 4 * image));
        Assert.AreEqual(0, BatchPlan.CountApart(network, size, 11, 4, (4 * image) - 1));
        Assert.AreEqual(0, BatchPlan.CountApart(network, size, 3, 4, 4 * image));
        Assert.AreEqual(3, BatchPlan.CountApart(network, new PaddedSize(64, 64), 3, 4, image), "small ones need not be many");
    }

    [TestMethod]
    public async Task Small_images_of_other_callers_are_restored_between_the_pieces_of_a_large_one()
    {
        using var restorer = new Restorer(_model);
        var image = Image(40, 48, 1);
        var expected = restorer.Restore(image, RestorationTask.Ct).Pixels;
        using var cancel = new CancellationTokenSource();
        var large = Task.Run(() => restorer.Restore(
            [Image(2048, 2048, 2), Image(2048, 2048, 3)], [RestorationTask.Ct, RestorationTask.Ct], cancellationToken: cancel.Token));
        var small = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(_ => Task.Run(() => restorer.Restore(image, RestorationTask.Ct).Pixels)));
        Assert.IsFalse(large.IsCompleted);
        foreach (var pixels in small)
        {
            CollectionAssert.AreEqual(expected, pixels);
        }

        await cancel.CancelAsync();
        await Assert.ThrowsExactlyAsync<OperationCanceledException>(() => large);
        CollectionAssert.AreEqual(expected, restorer.Restore(image, RestorationTask.Ct).Pixels);
    }

    [TestMethod]
    public void What_a_large_image_becomes_does_not_depend_on_what_comes_between()
    {
        using var restorer = new Restorer(_model);
        var (image, small) = (Image(520, 392, 1), Image(24, 24, 2));
        var expected = restorer.Restore(image, RestorationTask.Ct).Pixels;
        var stop = false;
        var callers = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                restorer.Restore(small, RestorationTask.Ct);
            }
        })).ToArray();
        CollectionAssert.AreEqual(expected, restorer.Restore(image, RestorationTask.Ct).Pixels);
        stop = true;
        Task.WhenAll(callers).GetAwaiter().GetResult();
    }

    [TestMethod]
    public void An_image_beyond_the_allowed_size_is_refused()
    {
        using var restorer = new Restorer(_model, new() { MaximumPixels = 100 });
        restorer.Restore(Image(10, 10, 1), RestorationTask.Ct);
        var error = Assert.ThrowsExactly<InvalidDataException>(() => restorer.Restore(Image(10, 11, 1), RestorationTask.Ct));
        StringAssert.Contains(error.Message, "Image 0 has 10 × 11 pixels, and MaximumPixels allows 100");
    }

    [TestMethod]
    public void Values_are_normalised_restored_and_mapped_back()
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        using var restorer = new Restorer(_model);
        var image = Image(16, 24, 5);
        var normalized = new float[16 * 24];
        RestorationTask.Ct.NormalizationRange.Normalize(image.Pixels, normalized);
        var expected = _model.Network.forward(tensor(normalized, [1, 1, 16, 24])).data<float>().ToArray();
        RestorationTask.Ct.NormalizationRange.Denormalize(expected, expected);
        foreach (var (value, restored) in expected.Zip(restorer.Restore(image, RestorationTask.Ct).Pixels))
        {
            Assert.AreEqual(value, restored, 0.01f, "HU; one core sums in another order than several");
        }
    }

    [TestMethod]
    public void Padding_mirrors_and_repeats_the_edge_where_it_cannot()
    {
        var padded = new float[8 * 8];
        PaddedSize.For(2, 6).Pad([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], 2, 6, padded);
        CollectionAssert.AreEqual(new float[] { 1, 2, 3, 4, 5, 6, 5, 4 }, padded[..8]);
        CollectionAssert.AreEqual(new float[] { 7, 8, 9, 10, 11, 12, 11, 10 }, padded[8..16]);
        CollectionAssert.AreEqual(padded[8..16], padded[^8..], "six rows cannot be mirrored from two");
        Assert.AreEqual(new PaddedSize(8, 16), PaddedSize.For(8, 9));
    }

    [TestMethod]
    public void Values_that_are_not_finite_are_an_error_or_pass_through()
    {
        var bad = Image(9, 10, 1);
        bad.Pixels[23] = float.NaN;
        var good = Image(9, 10, 2);
        using (var strict = new Restorer(_model))
        {
            var error = Assert.ThrowsExactly<InvalidDataException>(() =>
                strict.Restore([good, bad], [RestorationTask.Ct, RestorationTask.Ct]));
            StringAssert.Contains(error.Message, "Image 1 has the value NaN at row 2, column 3");
        }

        var told = new List<ImageSlice>();
        using var lenient = new Restorer(
            _model, new RestorerOptions { NonFinite = NonFiniteHandling.PassThrough, OnPassThrough = told.Add });
        var results = lenient.Restore([good, bad], [RestorationTask.Ct, RestorationTask.Ct]);
        Assert.AreSame(bad, results[1]);
        Assert.AreNotSame(good, results[0]);
        CollectionAssert.AreEqual(new[] { bad }, told);
    }

    [TestMethod]
    public void An_unknown_task_is_an_error_that_lists_the_known_ones()
    {
        using var restorer = new Restorer(_model);
        var error = Assert.ThrowsExactly<ArgumentException>(() =>
            restorer.Restore(Image(8, 8, 1), new RestorationTask("US", "echo", "dB", new(0, 1))));
        StringAssert.Contains(error.Message, "PET, CT, MRI");
    }

    private static ImageSlice Image(int height, int width, ulong seed)
    {
        var random = new RandomStream(seed);
        return new ImageSlice([.. Enumerable.Range(0, height * width).Select(_ => (float)((random.NextDouble() * 3000) - 1000))], height,
            width);
    }
}
