using Tat.Tests.Onnx;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Onnx;
using Tat.Torch.Tasks;

namespace Tat.Tests.Inference;

/// <summary>A restoration can be cancelled at any moment: while it waits, between pieces and within a layer.</summary>
[TestClass]
public sealed class CancellationTests
{
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Whenever_it_comes_it_ends_the_call_alone(bool onnx)
    {
        using var model = ExportedModels.CreateModel();
        using IImageRestorer restorer = onnx ? new OnnxRestorer(ExportedModels.Export(model)) : new Restorer(model);
        ImageSlice[] images = [.. Enumerable.Range(0, 2).Select(_ => ExportedModels.CreateImage(200, 264, RestorationTask.Ct))];
        RestorationTask[] tasks = [RestorationTask.Ct, RestorationTask.Ct];
        var (expected, alone) = (restorer.Restore(images, tasks)[0].Pixels, restorer.Restore(images[..1], tasks[..1])[0].Pixels);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        restorer.Restore(images, tasks);
        var whole = clock.Elapsed.TotalMilliseconds;
        var cancelled = 0;
        for (var attempt = 0; attempt < 24; attempt++)
        {
            using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(whole * attempt / 24));
            var other = Task.Run(() => restorer.Restore(images[..1], tasks[..1])[0].Pixels);
            try
            {
                CollectionAssert.AreEqual(expected, restorer.Restore(images, tasks, cancellationToken: cancel.Token)[0].Pixels);
            }
            catch (OperationCanceledException stopped)
            {
                Assert.AreEqual(cancel.Token, stopped.CancellationToken);
                cancelled++;
            }

            CollectionAssert.AreEqual(alone, other.GetAwaiter().GetResult(), $"a call beside the one of attempt {attempt}");
        }

        Assert.IsGreaterThan(0, cancelled);
    }
}
