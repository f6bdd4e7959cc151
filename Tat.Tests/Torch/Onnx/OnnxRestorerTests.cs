using Google.Protobuf;
using Tat.Tests.Formats;
using Tat.Tests.Runtime;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Model;
using Tat.Torch.Onnx;
using Tat.Torch.Onnx.Schema;
using Tat.Torch.Tasks;

namespace Tat.Tests.Onnx;

[TestClass]
public sealed class OnnxRestorerTests
{
    private static readonly OnnxRestorerOptions _oneThread = new() { Threads = 1 };

    [TestMethod]
    [DataRow(OnnxSignature.Image)]
    [DataRow(OnnxSignature.Pixels)]
    public void Restores_images_of_any_size_and_task_as_TorchSharp_does(OnnxSignature signature)
    {
        using var model = ExportedModels.CreateModel();
        using var reference = new Restorer(model);
        using var restorer = new OnnxRestorer(ExportedModels.Export(model, new() { Signature = signature }), _oneThread);
        (int, int)[] sizes = [(32, 32), (1, 1), (3, 17), (33, 40), (61, 47), (104, 57)];
        var tasks = sizes.Select((_, i) => TaskVocabulary.Paper[i % 3]).ToList();
        var images = sizes.Select((size, i) => ExportedModels.CreateImage(size.Item1, size.Item2, tasks[i])).ToList();

        var expected = reference.Restore(images, tasks);
        var actual = restorer.Restore(images, tasks);
        for (var i = 0; i < images.Count; i++)
        {
            Assert.AreEqual((images[i].Height, images[i].Width), (actual[i].Height, actual[i].Width));
            AssertClose(expected[i], actual[i], tasks[i]);
            Assert.IsTrue(Difference(images[i], actual[i]) / tasks[i].NormalizationRange.Width > 1e-3, "the model must do something");
        }
    }

    [TestMethod]
    public void An_image_that_takes_more_memory_than_is_free_is_refused_before_the_system_ends_the_process()
    {
        var image = new ImageSlice(new float[2048 * 1024], 2048, 1024);
        OnnxRestorer.CheckMemory(TatNetworkOptions.Small, image, 4L << 30);
        Assert.Contains("2048 × 1024", Assert.ThrowsExactly<InvalidDataException>(
            () => OnnxRestorer.CheckMemory(TatNetworkOptions.Small, image, 3L << 30)).Message);
    }

    [TestMethod]
    public void A_large_image_whose_memory_is_given_back_is_restored_like_any_other()
    {
        using var model = ExportedModels.CreateModel();
        var (file, task) = (ExportedModels.Export(model), TaskVocabulary.Paper[0]);
        var image = ExportedModels.CreateImage(1040, 1024, task);
        using var kept = new OnnxRestorer(file, _oneThread);
        using var none = new OnnxRestorer(file, _oneThread with { MemoryArena = false });
        CollectionAssert.AreEqual(none.Restore([image], [task])[0].Pixels, kept.Restore([image], [task])[0].Pixels);
    }

    [TestMethod]
    public void Knows_tasks_card_and_signature()
    {
        using var model = ExportedModels.CreateModel();
        using var restorer = new OnnxRestorer(ExportedModels.Export(model, new() { Signature = OnnxSignature.Pixels }), _oneThread);
        CollectionAssert.AreEqual(TaskVocabulary.Paper.ToList(), restorer.Tasks.ToList());
        Assert.AreEqual(321, restorer.Card.Iterations);
        Assert.AreEqual("nothing", restorer.Card.Data);
        Assert.AreEqual(OnnxSignature.Pixels, restorer.Signature);
    }

    [TestMethod]
    public void Calls_from_several_threads_do_not_disturb_each_other()
    {
        using var model = ExportedModels.CreateModel();
        using var restorer = new OnnxRestorer(ExportedModels.Export(model), _oneThread);
        var images = Enumerable.Range(0, 6).Select(i => ExportedModels.CreateImage(24 + (8 * i), 40, RestorationTask.Pet)).ToArray();
        var alone = images.Select(image => restorer.Restore([image], [RestorationTask.Pet])[0].Pixels).ToArray();
        Parallel.For(0, images.Length,
            i => CollectionAssert.AreEqual(alone[i], restorer.Restore([images[i]], [RestorationTask.Pet])[0].Pixels));
    }

    [TestMethod]
    public void Says_what_is_wrong_with_images_tasks_and_options()
    {
        using var model = ExportedModels.CreateModel();
        var bytes = ExportedModels.Export(model);
        using var restorer = new OnnxRestorer(bytes, _oneThread);
        var image = ExportedModels.CreateImage(16, 16, RestorationTask.Ct);
        var other = new RestorationTask("CBCT", "attenuation", "HU", new(-1000, 1000));
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => restorer.Restore([image], [other])).Message,
            "'CBCT'; it knows PET, CT, MRI");
        Assert.ThrowsExactly<ArgumentException>(() => restorer.Restore([image], []));

        image.Pixels[18] = float.NaN;
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => restorer.Restore([image], [RestorationTask.Ct])).Message,
            "row 1, column 2");

        StringAssert.Contains(Assert.ThrowsExactly<NotSupportedException>(() =>
            new OnnxRestorer(bytes, new() { ExecutionProvider = "CUDA" })).Message, "it offers CPU");
        Assert.ThrowsExactly<NotSupportedException>(() => new OnnxRestorer(bytes, new() { ExecutionProvider = "Abacus" }));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new OnnxRestorer(bytes, new() { Threads = 0 }));
    }

    [TestMethod]
    public void Refuses_files_that_are_no_exported_model()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["text.onnx"], "text");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => new OnnxRestorer(folder["text.onnx"])).Message, "text.onnx");
        StringAssert.Contains(Assert.ThrowsExactly<FileNotFoundException>(() => new OnnxRestorer(folder["none.onnx"])).Message,
            "none.onnx");
        Assert.ThrowsExactly<InvalidDataException>(() => new OnnxRestorer([1, 2, 3]));
        using var model = ExportedModels.CreateModel();
        var bytes = ExportedModels.Export(model);
        Assert.ThrowsExactly<InvalidDataException>(() => new OnnxRestorer(bytes[..(bytes.Length / 2)]));
    }

    /// <summary>ONNX Runtime would write a warning with the name as it is, past everything that cleans what this process prints.</summary>
    [TestMethod]
    public async Task Names_in_a_model_never_reach_the_error_stream()
    {
        using var folder = new TemporaryFolder();
        using var model = ExportedModels.CreateModel();
        var hostile = OnnxExporter.CreateModel(model, new());
        var bytes = ByteString.CopyFrom(new byte[4]);
        hostile.Graph.Initializer.Add(new TensorProto { Name = "\u001b]0;unused\u0007", DataType = 1, Dims = { 1 }, RawData = bytes });
        File.WriteAllBytes(folder["m.onnx"], hostile.ToByteArray());
        var outcome = await FreshProcess.Run("onnx", (LoadingProbes.ModelVariable, folder["m.onnx"]));
        Assert.AreEqual((0, ""), (outcome.ExitCode, outcome.Error));
    }

    [TestMethod]
    public void Stops_when_it_is_cancelled()
    {
        using var model = ExportedModels.CreateModel();
        using var restorer = new OnnxRestorer(ExportedModels.Export(model), _oneThread);
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        Assert.ThrowsExactly<OperationCanceledException>(() => restorer.Restore(
            [ExportedModels.CreateImage(16, 16, RestorationTask.Ct)], [RestorationTask.Ct], cancellationToken: cancellation.Token));
    }

    private static void AssertClose(ImageSlice expected, ImageSlice actual, RestorationTask task)
    {
        var difference = Difference(expected, actual) / task.NormalizationRange.Width;
        Assert.IsTrue(difference <= 1e-4, $"{actual.Height} × {actual.Width}, {task}: differs by {difference:G3} on [0, 1]");
    }

    private static double Difference(ImageSlice a, ImageSlice b) => a.Pixels.Zip(b.Pixels, (x, y) => Math.Abs((double)x - y)).Max();
}
