using Tat.MLNet.Serving;
using Tat.Tests.Formats;
using Tat.Tests.Inference;
using Tat.Tests.Onnx;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Onnx;
using Tat.Torch.Pretrained;
using Tat.Torch.Resolution;

namespace Tat.Tests.Serving;

[TestClass]
public sealed class ServedVolumeTests
{
    private static readonly TatRestorationOptions _options =
        new() { ModelPath = TatPretrained.Name, UseOnnxRuntime = true, MaximumConcurrency = 1, Threads = 1, MaximumPixels = 32 * 32 };

    [TestMethod]
    public async Task Slices_of_a_volume_are_restored_with_what_they_share()
    {
        using var pool = new RestorationPool(_options);
        using var restorer = TatPretrained.OpenOnnx(new() { Threads = 1 });
        var task = restorer.Tasks["MRI"];
        ImageSlice[] volume = [.. Volume(4).Select(slice => KSpace.Interpolate(slice, 32, 32))];
        var (level, extent) = (IntensityLevel.Measure(volume), KSpaceFill.Measure(volume));
        var expected = restorer.RestoreVolume(
            volume.Select(slice => new ImageSlice(slice.Pixels, 32, 32) { VolumeLevel = level, VolumeExtent = extent }), task);

        var done = new List<double>();
        var restored = await pool.RestoreVolumeAsync(volume, "mri", new Reporter(done.Add));
        AssertSame(expected, restored);
        Assert.AreEqual(4, done[^1]);
        Assert.IsFalse(restored[0].Pixels.SequenceEqual(restorer.Restore([volume[0]], [task])[0].Pixels));
        Assert.IsEmpty(await pool.RestoreVolumeAsync([], "CT"));
    }

    [TestMethod]
    public async Task A_volume_in_which_there_is_nothing_to_restore_is_done_too()
    {
        using var pool = new RestorationPool(_options);
        var volume = Volume(3);
        var done = new List<double>();
        AssertSame(volume, await pool.RestoreVolumeAsync(volume, "MRI", new Reporter(done.Add)));
        Assert.AreEqual(3, done[^1]);
    }

    /// <summary>A volume that waits in its first slice for what is tried beside it.</summary>
    [TestMethod]
    [Timeout(120_000)]
    public async Task Images_do_not_wait_for_a_volume_other_volumes_do_and_it_ends_with_its_model()
    {
        using var folder = new TemporaryFolder();
        using (var model = ExportedModels.CreateModel())
        {
            OnnxExporter.Export(model, folder["other.onnx"]);
        }

        using var pool = new RestorationPool(_options);
        var alone = await pool.RestoreVolumeAsync(Volume(2), "PET");
        using var begun = new ManualResetEventSlim();
        using var gate = new ManualResetEventSlim();
        var first = pool.RestoreVolumeAsync(Volume(2), "PET", new Reporter(_ =>
        {
            begun.Set();
            gate.Wait();
        }));
        begun.Wait();
        using var cancel = new CancellationTokenSource();
        var second = pool.RestoreVolumeAsync(Volume(2), "PET", cancellationToken: cancel.Token);
        var before = (await pool.RestoreAsync(ServedModels.Image())).Restored;
        Assert.IsFalse(first.IsCompleted || second.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => second);

        pool.Reload(folder["other.onnx"]);
        CollectionAssert.AreNotEqual(before, pool.Restore(ServedModels.Image()).Restored);
        gate.Set();
        AssertSame(alone, await first);
        var changed = await pool.RestoreVolumeAsync(Volume(2), "PET");
        CollectionAssert.AreNotEqual(alone[0].Pixels, changed[0].Pixels);
    }

    [TestMethod]
    public async Task A_cancelled_volume_stops_and_gives_up_its_place()
    {
        using var pool = new RestorationPool(_options);
        using var cancel = new CancellationTokenSource();
        var restored = 0.0;
        await Assert.ThrowsAsync<OperationCanceledException>(() => pool.RestoreVolumeAsync(Volume(400), "CT", new Reporter(slices =>
        {
            restored = slices;
            cancel.Cancel();
        }), cancel.Token));
        Assert.IsLessThan(400, restored);
        Assert.HasCount(1, await pool.RestoreVolumeAsync(Volume(1), "CT"));
    }

    [TestMethod]
    public async Task What_is_wrong_with_a_volume_is_said()
    {
        var pool = new RestorationPool(_options);
        async Task<string> Problem(ImageSlice[] volume, string task) =>
            (await Assert.ThrowsExactlyAsync<InvalidDataException>(() => pool.RestoreVolumeAsync(volume, task))).Message;
        Assert.Contains("not learnt the task 'US'; it knows PET, CT, MRI", await Problem(Volume(1), "US"));
        Assert.Contains("Image 1 has 33 × 32 pixels", await Problem([Volume(1)[0], new(new float[33 * 32], 33, 32)], "CT"));
        Assert.Contains("number 0 on", await Problem([new([1, float.NaN], 1, 2)], "CT"));
        pool.Dispose();
        await Assert.ThrowsExactlyAsync<ObjectDisposedException>(() => pool.RestoreVolumeAsync(Volume(1), "CT"));
    }

    private static ImageSlice[] Volume(int slices) =>
    [
        .. Enumerable.Range(1, slices).Select(number => new ImageSlice(
            [.. Enumerable.Range(0, 256).Select(pixel => number * (2 + MathF.Sin(pixel * 0.2f)))], 16, 16)),
    ];

    private static void AssertSame(IEnumerable<ImageSlice> expected, IReadOnlyList<ImageSlice> actual)
    {
        var slices = expected.ToList();
        Assert.HasCount(slices.Count, actual);
        foreach (var (one, other) in slices.Zip(actual))
        {
            CollectionAssert.AreEqual(one.Pixels, other.Pixels);
        }
    }
}
