using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML;
using Tat.MLNet;
using Tat.MLNet.Scans;
using Tat.MLNet.Scoring;
using Tat.MLNet.Serving;
using Tat.Tests.Formats;
using Tat.Tests.Runtime;
using Tat.Tests.Scoring;
using Tat.Torch.Inference;
using Tat.Torch.Pretrained;

using static Tat.Tests.Serving.ServedModels;

namespace Tat.Tests.Serving;

[TestClass]
public class RestorationPoolTests
{
    [TestMethod]
    public async Task Services_get_a_pool_that_restores_for_many_callers_at_once()
    {
        using var folder = new TemporaryFolder();
        var expected = Save(folder["tat.zip"], 1);
        await using var services = new ServiceCollection().AddTatRestoration(options =>
        {
            options.ModelPath = folder["tat.zip"];
            options.MaximumConcurrency = 3;
        }).BuildServiceProvider();
        var pool = services.GetRequiredService<RestorationPool>();

        var restored = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => pool.RestoreAsync(Image())));
        foreach (var image in restored.Append(pool.Restore(Image())))
        {
            CollectionAssert.AreEqual(expected, image.Restored);
        }

        Assert.AreSame(pool, services.GetRequiredService<RestorationPool>());
    }

    [TestMethod]
    public async Task What_MLNet_unpacks_lies_in_a_folder_of_this_user_alone_that_goes_with_the_process()
    {
        using var folder = new TemporaryFolder();
        Save(folder["tat.zip"], 1);
        var temporary = Directory.CreateDirectory(folder["tmp"]).FullName;
        var served = await FreshProcess.Run("serve", (ModelProbes.Variable, folder["tat.zip"]), ("TMPDIR", temporary), ("TMP", temporary));
        Assert.AreEqual("", served.Error);
        StringAssert.Matches(served.Output, new(@"^(\.tat-\w+\.tmp )+end$"));
        CollectionAssert.AreEqual(new[] { "end" }, Directory.GetFileSystemEntries(temporary).Select(Path.GetFileName).ToArray());
    }

    [TestMethod]
    public async Task A_large_image_keeps_no_small_one_waiting_and_can_be_cancelled()
    {
        using var folder = new TemporaryFolder();
        var expected = Save(folder["tat.zip"], 1);
        using var pool = new RestorationPool(new() { ModelPath = folder["tat.zip"], MaximumConcurrency = 1, MaximumPixels = 2048 * 2048 });
        using var cancel = new CancellationTokenSource();
        Task[] large = [.. Enumerable.Range(0, 2).Select(_ => pool.RestoreAsync(Blank(2048), cancel.Token))];

        // The large ones take minutes; small ones end first, also where only one may run at a time.
        var small = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => pool.RestoreAsync(Image())));
        Assert.IsTrue(small.All(image => image.Restored.SequenceEqual(expected)));
        Assert.IsFalse(large.Any(task => task.IsCompleted));
        await cancel.CancelAsync();
        foreach (var task in large)
        {
            await Assert.ThrowsAsync<OperationCanceledException>(() => task);
        }

        CollectionAssert.AreEqual(expected, pool.Restore(Image()).Restored);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => pool.Restore(Blank(2049))).Message,
            "MaximumPixels allows 4194304");
    }

    private static ImageInput Blank(int side) => new(new Torch.Imaging.ImageSlice(new float[side * side], side, side), "PET");

    [TestMethod]
    public async Task Whole_scans_are_restored_with_the_model_that_comes_with_the_library()
    {
        using var folder = new TemporaryFolder();
        var scan = Loading.SampleImages.Write(folder["mri.nii"]);
        using var pool = new RestorationPool(new() { ModelPath = TatPretrained.Name });
        var result = await pool.RestoreScanAsync(scan, folder["restored.nii"], new() { Task = "MRI" });
        using var restorer = new Restorer(TatPretrained.Load(), ownsModel: true);
        restorer.RestoreScan(scan, folder["expected.nii"], new() { Task = "MRI" });
        Assert.AreEqual(restorer.Card.Title, result.Model);
        CollectionAssert.AreEqual(File.ReadAllBytes(folder["expected.nii"]), File.ReadAllBytes(folder["restored.nii"]));
        await Assert.ThrowsExactlyAsync<InvalidDataException>(() => pool.RestoreScanAsync(scan, folder["none.nii"]));
        await Assert.ThrowsAsync<OperationCanceledException>(() =>
            pool.RestoreScanAsync(scan, folder["none.nii"], new() { Task = "MRI" }, cancellationToken: new(canceled: true)));
        Assert.IsFalse(File.Exists(folder["none.nii"]));
    }

    /// <summary>Each waits for the other in its first slice.</summary>
    [TestMethod]
    [Timeout(120_000)]
    public async Task As_many_scans_are_restored_at_the_same_time_as_the_options_allow()
    {
        using var folder = new TemporaryFolder();
        var scan = Loading.SampleImages.Write(folder["mri.nii"]);
        using var pool = new RestorationPool(
            new() { ModelPath = "pretrained", UseOnnxRuntime = true, MaximumConcurrency = 1, MaximumScans = 2, Threads = 1 });
        using var meeting = new Barrier(2);
        await Task.WhenAll(Enumerable.Range(0, 2).Select(number => pool.RestoreScanAsync(
            scan, folder[$"{number}.nii"], new() { Task = "MRI" }, new FirstReport(meeting.SignalAndWait))));
        CollectionAssert.AreEqual(File.ReadAllBytes(folder["0.nii"]), File.ReadAllBytes(folder["1.nii"]));
    }

    private sealed class FirstReport(Action then) : IProgress<ScanProgress>
    {
        private bool _isLater;

        public void Report(ScanProgress value)
        {
            if (!_isLater)
            {
                _isLater = true;
                then();
            }
        }
    }

    [TestMethod]
    public async Task A_model_is_changed_under_load_without_a_stale_or_disposed_one_serving()
    {
        using var folder = new TemporaryFolder();
        float[][] expected = [Save(folder["0.zip"], 1), Save(folder["1.zip"], 2)];
        CollectionAssert.AreNotEqual(expected[0], expected[1]);
        using var pool = new RestorationPool(new() { ModelPath = folder["0.zip"], MaximumConcurrency = 2 });
        var stop = false;
        var callers = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                var restored = pool.Restore(Image()).Restored;
                Assert.IsTrue(expected.Any(candidate => candidate.SequenceEqual(restored)));
            }
        })).ToArray();

        for (var change = 1; change <= 5; change++)
        {
            pool.Reload(folder[$"{change % 2}.zip"]);
            CollectionAssert.AreEqual(expected[change % 2], pool.Restore(Image()).Restored, "a call after the change gets the new model");
        }

        Assert.ThrowsExactly<FileNotFoundException>(() => pool.Reload(folder["none.zip"]));
        CollectionAssert.AreEqual(expected[1], pool.Restore(Image()).Restored, "a model that cannot be loaded leaves the old one serving");
        Volatile.Write(ref stop, true);
        await Task.WhenAll(callers);
    }

    [TestMethod]
    public void A_model_that_restores_nothing_or_has_other_columns_is_refused_and_the_old_one_goes_on()
    {
        using var folder = new TemporaryFolder();
        var expected = Save(folder["tat.zip"], 1);
        var ml = new MLContext();
        var rows = ml.Data.LoadFromEnumerable([Image()]);
        ml.Model.Save(ml.Transforms.CopyColumns("Copy", "Height").Fit(rows), rows.Schema, folder["copy.zip"]);
        using (var other = new TatTransformer(TinyModel.Create(1), new PretrainedOptions { LowQualityColumnName = "Pixels" }))
        {
            var named = ml.Data.LoadFromEnumerable([new { Pixels = new float[4], Height = 2, Width = 2, Task = "PET" }]);
            ml.Model.Save(other, named.Schema, folder["named.zip"]);
        }

        using var pool = new RestorationPool(new() { ModelPath = folder["tat.zip"] });
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidDataException>(() => pool.Reload(folder["copy.zip"])).Message, "no step that restores images");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => pool.Reload(folder["named.zip"])).Message, "Pixels");
        CollectionAssert.AreEqual(expected, pool.Restore(Image()).Restored);
    }

    [TestMethod]
    public void The_model_in_the_box_and_exported_ones_run_on_ONNX_Runtime()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["tat.onnx"], TatPretrained.ToOnnx());
        using var boxed = new RestorationPool(new() { ModelPath = TatPretrained.Name, UseOnnxRuntime = true });
        using var file = new RestorationPool(new() { ModelPath = folder["tat.onnx"] });
        using var torch = new RestorationPool(new() { ModelPath = TatPretrained.Name });
        var expected = torch.Restore(Image()).Restored;
        foreach (var pool in new[] { boxed, file })
        {
            var restored = pool.Restore(Image()).Restored;
            Assert.IsLessThan(1e-3f, restored.Zip(expected, (a, b) => Math.Abs(a - b)).Max());
            Assert.AreEqual(torch.Card.Title, pool.Card.Title);
            CollectionAssert.AreEqual(torch.Tasks.ToArray(), pool.Tasks.ToArray());
        }
    }

    [TestMethod]
    public void What_cannot_be_served_is_said()
    {
        using var folder = new TemporaryFolder();
        Save(folder["tat.zip"], 1);
        Assert.Throws<ArgumentException>(() => new RestorationPool(new()));
        Assert.ThrowsExactly<FileNotFoundException>(() => new RestorationPool(new() { ModelPath = folder["none.zip"] }));
        (TatRestorationOptions Options, string Message)[] wrong =
        [
            (new() { ModelPath = "pretrained", MaximumConcurrency = 0 }, "MaximumConcurrency is 0"),
            (new() { ModelPath = "pretrained", MaximumScans = 0 }, "MaximumScans is 0"),
            (new() { ModelPath = "pretrained", Threads = 0 }, "Threads is 0"),
            (new() { ModelPath = "pretrained", GpuDeviceId = -1 }, "GpuDeviceId is -1"),
            (new() { ModelPath = "pretrained", ReloadWhenChanged = true }, "there is no file to watch"),
            (new() { ModelPath = folder["tat.zip"], UseOnnxRuntime = true }, "export it to .onnx"),
        ];
        foreach (var (options, message) in wrong)
        {
            StringAssert.Contains(Assert.Throws<ArgumentException>(() => new RestorationPool(options)).Message, message);
        }

        var pool = new RestorationPool(new() { ModelPath = folder["tat.zip"] });
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() =>
            pool.Restore(new(new([1, 2], 1, 2), "US", "scan 7"))).Message, "'scan 7': column 'Task' says 'US'");
        pool.Dispose();
        pool.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => pool.Restore(Image()));
        Assert.ThrowsExactly<ObjectDisposedException>(() => pool.Reload());
    }
}
