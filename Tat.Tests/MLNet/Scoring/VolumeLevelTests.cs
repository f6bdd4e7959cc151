using Microsoft.ML;
using Microsoft.ML.Data;
using Tat.MLNet;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Nifti;
using Tat.MLNet.Loading;
using Tat.MLNet.Scoring;
using Tat.Tests.Formats;
using Tat.Tests.Loading;
using Tat.Tests.Onnx;
using Tat.Tests.Resolution;
using Tat.Tests.Runtime;
using Tat.Torch.Degradation;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Tasks;

namespace Tat.Tests.Scoring;

/// <summary>Rows of ML.NET and volumes that a task scales by their level.</summary>
[TestClass]
public sealed class VolumeLevelTests
{
    private const int Slices = 4;
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void Rows_of_a_file_are_restored_as_the_whole_file_is()
    {
        using var folder = new TemporaryFolder();
        WriteVolume(folder["scan.nii"]);
        using var transformer = Transformer();
        using var scan = ImageFormats.Open(folder["scan.nii"]);
        var volume = transformer.Restorer.RestoreVolume(scan.ReadSlices(RestorationTask.MriByVolume), RestorationTask.MriByVolume)
            .Select(slice => slice.Pixels).ToArray();
        var rows = _ml.ImageRestoration.LoadImages(folder["scan.nii"], task: "MRI");

        AssertEqual(volume, transformer.Transform(rows).GetColumn<float[]>("Restored"));
        AssertEqual([volume[2]],
            transformer.Transform(_ml.Data.FilterRowsByColumn(Numbered(rows), "Number", 2, 3)).GetColumn<float[]>("Restored"));
        using var engine = _ml.Model.CreatePredictionEngine<ImageInput, RestoredImage>(
            transformer, new PredictionEngineOptions { OwnsTransformer = false });
        AssertEqual(volume, scan.ReadSlices(RestorationTask.MriByVolume).Select(slice => engine.Predict(new(slice, "MRI")).Restored));
    }

    [TestMethod]
    public void Rows_of_a_file_are_restored_on_the_grid_of_the_whole_file()
    {
        using var folder = new TemporaryFolder();
        ImageSlice[] slices = [.. new[]
        {
            2, 2, 4,
        }.Select(factor => new MriKSpaceCrop { Factor = factor }.Degrade(KSpaceFillTests.Good(48, 56)))];
        new NiftiFormat().Write(folder["scan.nii"], slices);
        using var transformer = Transformer(fits: true);
        using var scan = ImageFormats.Open(folder["scan.nii"]);
        var task = RestorationTask.MriByVolume;
        Assert.AreEqual(0.5, KSpaceFill.Measure(scan.ReadSlices(task)).Rows, 0.05, "The last slice has half of that.");
        var volume = transformer.Restorer.RestoreVolume(scan.ReadSlices(task), task).Select(slice => slice.Pixels).ToArray();
        var rows = _ml.ImageRestoration.LoadImages(folder["scan.nii"], task: "MRI");

        AssertEqual(volume, transformer.Transform(rows).GetColumn<float[]>("Restored"));
        AssertEqual([volume[2]],
            transformer.Transform(_ml.Data.FilterRowsByColumn(Numbered(rows), "Number", 2, 3)).GetColumn<float[]>("Restored"));
        using var engine = _ml.Model.CreatePredictionEngine<ImageInput, RestoredImage>(
            transformer, new PredictionEngineOptions { OwnsTransformer = false });
        AssertEqual(volume, scan.ReadSlices(task).Select(slice => engine.Predict(new(slice, "MRI")).Restored));
        CollectionAssert.AreNotEqual(
            volume[2], transformer.Restorer.Restore([scan.ReadSlice(2)], [task])[0].Pixels, "by itself it has a grid of its own");
    }

    [TestMethod]
    public void A_row_without_a_volume_is_scaled_by_its_own_level()
    {
        using var folder = new TemporaryFolder();
        WriteVolume(folder["scan.nii"]);
        using var transformer = Transformer();
        using var scan = ImageFormats.Open(folder["scan.nii"]);
        var slices = Enumerable.Range(0, Slices).Select(scan.ReadSlice).ToArray();
        var alone = slices.Select(slice => transformer.Restorer.Restore([slice], [RestorationTask.MriByVolume])[0].Pixels).ToArray();

        AssertEqual(alone, transformer.Transform(_ml.Data.LoadFromEnumerable(slices.Select(slice => new ImageInput(slice, "MRI"))))
            .GetColumn<float[]>("Restored"));
        var plain = slices.Select(slice => new Plain { LowQuality = slice.Pixels, Height = slice.Height, Width = slice.Width });
        AssertEqual(alone, transformer.Transform(_ml.Data.LoadFromEnumerable(plain)).GetColumn<float[]>("Restored"));
        using var engine = _ml.Model.CreatePredictionEngine<Plain, RestoredImage>(
            transformer, new PredictionEngineOptions { OwnsTransformer = false });
        AssertEqual(alone, plain.Select(row => engine.Predict(row).Restored));
    }

    [TestMethod]
    public void Files_are_measured_once_and_only_for_tasks_that_need_it()
    {
        using var folder = new TemporaryFolder();
        WriteVolume(folder["scan.nii"]);
        foreach (var (task, reads) in new[] { ("CT", Slices), ("MRI", 2 * Slices) })
        {
            var counter = new CountingOpener();
            var rows = new ImageFileLoader(new() { Task = task }) { Open = counter.Open }.Load(new FileList([folder["scan.nii"]]));
            using var transformer = Transformer();
            Assert.AreEqual(Slices, transformer.Transform(rows).GetColumn<float[]>("Restored").Count());
            Assert.AreEqual(reads, counter.PixelReads, task);
        }
    }

    [TestMethod]
    public void Metrics_of_a_volume_task_are_those_of_unclipped_images()
    {
        using var transformer = Transformer();
        float[] label = [0, 9000, 2000, 1], input = [-10, 8000, 2000, 0];
        var rows = _ml.Data.LoadFromEnumerable([new Plain { LowQuality = input, HighQuality = label, Height = 2, Width = 2 }]);
        var metrics = _ml.ImageRestoration.Evaluate(transformer.Transform(rows), scoreColumnName: "LowQuality");
        Assert.AreEqual(IntensityScaling.Volume, metrics.Images[0].Task.Scaling);
        Assert.AreEqual(9000, metrics.Images[0].Quality.DataRange);
        Assert.AreEqual(Math.Sqrt((100 + 1e6 + 1) / 4), metrics.Images[0].Quality.Rmse, 1e-3);
    }

    [TestMethod]
    public void Volumes_of_another_scale_have_the_same_quality()
    {
        using var folder = new TemporaryFolder();
        var qualities = new List<(double Psnr, double Ssim)>();
        using var transformer = Transformer();
        foreach (var scale in new[] { 1e-4f, 1, 1e4f })
        {
            WriteVolume(folder[$"{scale}/MRI/test/LQ/a.nii"], scale);
            WriteVolume(folder[$"{scale}/MRI/test/HQ/a.nii"], scale, detail: 1.3f);
            var metrics = _ml.ImageRestoration.Evaluate(
                transformer.Transform(_ml.ImageRestoration.LoadPairs(folder[$"{scale}"], "test"))).Overall;
            qualities.Add((metrics.Psnr.Mean, metrics.Ssim.Mean));
        }

        foreach (var (psnr, ssim) in qualities)
        {
            Assert.AreEqual(qualities[1].Psnr, psnr, 1e-3);
            Assert.AreEqual(qualities[1].Ssim, ssim, 1e-5);
        }
    }

    [TestMethod]
    public async Task A_saved_pipeline_keeps_its_scaling_in_a_fresh_process()
    {
        using var folder = new TemporaryFolder();
        WriteVolume(folder["scan.nii"]);
        using var transformer = Transformer();
        var rows = _ml.ImageRestoration.LoadImages(folder["scan.nii"], task: "MRI");
        _ml.Model.Save(transformer, rows.Schema, folder["tat.zip"]);
        using (var stream = File.Create(folder["tat.zip.rows"]))
        {
            _ml.Data.SaveAsBinary(rows, stream);
        }

        var fresh = await FreshProcess.Run("restore", (ModelProbes.Variable, folder["tat.zip"]));
        Assert.AreEqual((ModelProbes.Digest(transformer.Transform(rows)), ""), (fresh.Output, fresh.Error));
        Assert.AreEqual(IntensityScaling.Volume, _ml.ImageRestoration.ReadModelInfo(folder["tat.zip"]).Tasks["MRI"].Scaling);
    }

    [TestMethod]
    public void A_level_of_another_type_is_refused()
    {
        using var transformer = Transformer();
        var rows = _ml.Data.LoadFromEnumerable(
            new[] { new { LowQuality = new float[4], Height = 2, Width = 2, Task = "MRI", VolumeLevel = "high" } });
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => transformer.Transform(rows));
        StringAssert.Contains(error.Message, "'VolumeLevel': expected Single");
    }

    /// <summary>A volume whose slices differ in brightness, so that their own levels differ from its level.</summary>
    private static void WriteVolume(string path, float scale = 1, float detail = 1)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        new NiftiFormat().Write(path,
            [.. Enumerable.Range(1, Slices).Select(i => ExportedModels.CreateImage(20, 27, new("unit", "", "", new(0, i))))
                .Select(image =>
                    new ImageSlice([.. image.Pixels.Select(value => scale * MathF.Pow(value, detail))], image.Height, image.Width))]);
    }

    private static TatTransformer Transformer(bool fits = false) =>
        new(ExportedModels.CreateModel(tasks: new(RestorationTask.Pet, RestorationTask.Ct,
            RestorationTask.MriByVolume with { FitsResolution = fits })), new PretrainedOptions { BatchSize = 3 });

    /// <summary>The rows with their position in a column that can be filtered by.</summary>
    private IDataView Numbered(IDataView rows) =>
        _ml.Transforms.Conversion.ConvertType("Number", "SliceIndex", DataKind.Single).Fit(rows).Transform(rows);

    private static void AssertEqual(float[][] expected, IEnumerable<float[]> actual)
    {
        var images = actual.ToArray();
        Assert.AreEqual(expected.Length, images.Length);
        for (var i = 0; i < images.Length; i++)
        {
            // One core and several add in different orders.
            Assert.IsLessThan(1e-4f, expected[i].Zip(images[i], (a, b) => Math.Abs(a - b)).Max(), $"image {i}");
        }
    }

    private sealed class Plain
    {
        public float[] LowQuality { get; set; } = [];

        public float[] HighQuality { get; set; } = [];

        public int Height { get; set; }

        public int Width { get; set; }

        public string Task { get; set; } = "MRI";
    }
}
