using Tat.Tests.Formats;
using Tat.Tests.Onnx;
using Tat.Tests.Resolution;
using Tat.Tests.Training;
using Tat.Torch.Degradation;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Model;
using Tat.Torch.Onnx;
using Tat.Torch.Tasks;

namespace Tat.Tests.Inference;

[TestClass]
public sealed class AcceptedImagesTests
{
    private static readonly RestorationTask _task = RestorationTask.MriByVolume;

    [TestMethod]
    [DataRow(2, 256, 192)]
    [DataRow(3, 171, 128)]
    [DataRow(4, 128, 96)]
    [DataRow(6, 84, 64)]
    public void The_network_sees_one_factor_whatever_that_of_the_image_is(double factor, int height, int width)
    {
        var image = new MriKSpaceCrop { Factor = factor }.Degrade(KSpaceFillTests.Good(128, 96));
        var fitted = NetworkGrid.Fit(image, _task)!;
        Assert.AreEqual(height, fitted.Height, 0.06 * height);
        Assert.AreEqual(width, fitted.Width, 0.06 * width);
        Assert.AreEqual(_task.RangeOf(image), _task.RangeOf(fitted));
        var back = NetworkGrid.Put(fitted, 128, 96);
        Assert.IsLessThan(0.01 * image.Pixels.Max(), image.Pixels.Zip(back.Pixels, (a, b) => Math.Abs(a - b)).Average());
    }

    [TestMethod]
    public void What_has_nothing_to_restore_and_what_need_not_fit_are_left_alone()
    {
        var image = KSpaceFillTests.Good(96, 96);
        Assert.IsNull(NetworkGrid.Fit(image, _task));
        Assert.AreSame(image, NetworkGrid.Fit(image, RestorationTask.Mri));
        Assert.AreSame(image, NetworkGrid.Fit(image, RestorationTask.Ct));
    }

    [TestMethod]
    public void Both_back_ends_keep_the_local_means_of_the_tasks_that_the_card_names()
    {
        using var plain = ExportedModels.CreateModel();
        using var keeping = new TatModel(
            plain.Network, plain.Tasks, new()
            {
                KeepsMeans = new Dictionary<string, KeptMeans>
                {
                    ["ct"] = new() { All = 6 },
                    ["MRI"] = new() { All = 2, Outstanding = 1.5, Peaks = 0.8, NoiseOfCounts = true },
                },
            });
        using var folder = new TemporaryFolder();
        OnnxExporter.Export(keeping, folder["model.onnx"]);
        using var onnx = new OnnxRestorer(folder["model.onnx"]);
        using var torch = new Restorer(keeping);
        using var without = new Restorer(plain);
        RestorationTask[] tasks = [RestorationTask.Ct, RestorationTask.Pet, RestorationTask.Mri];
        ImageSlice[] images = [.. tasks.Select(task => ExportedModels.CreateImage(72, 80, task))];
        var unkept = without.Restore(images, tasks);
        foreach (IImageRestorer restorer in new IImageRestorer[] { torch, onnx })
        {
            var results = restorer.Restore(images, tasks);
            Assert.IsLessThan(0.05 * OffOnTheMean(images[0], unkept[0]), OffOnTheMean(images[0], results[0]));
            Assert.AreEqual(
                OffOnTheMean(images[1], unkept[1]), OffOnTheMean(images[1], results[1]), 0.001 * OffOnTheMean(images[1], unkept[1]));
            Assert.IsLessThan(0.05 * OffOnTheMean(images[2], unkept[2]), OffOnTheMean(images[2], results[2]));

            // The option keeps finer ones of the first and those of the second, and has nothing left to do for the third.
            var optional = restorer.WithLocalMeans().Restore(images, tasks);
            CollectionAssert.AreNotEqual(results[0].Pixels, optional[0].Pixels);
            Assert.IsLessThan(0.05 * OffOnTheMean(images[1], unkept[1]), OffOnTheMean(images[1], optional[1]));
            CollectionAssert.AreEqual(results[2].Pixels, optional[2].Pixels);
        }
    }

    /// <summary>Half of the width of the blur and more from the border, where it sees nothing.</summary>
    private static double OffOnTheMean(ImageSlice image, ImageSlice result) => Math.Abs(
        Enumerable.Range(20, 32).SelectMany(row => Enumerable.Range(20, 40).Select(column => result[row, column] - image[row, column]))
            .Average());

    [TestMethod]
    public void Both_back_ends_restore_on_that_grid_and_come_back_to_that_of_the_image()
    {
        using var model = new TatModel(new TatNetwork(NoisyWaves.TinyNetwork), TaskVocabulary.Scans);
        using var folder = new TemporaryFolder();
        var file = folder["model.onnx"];
        OnnxExporter.Export(model, file);
        var good = KSpaceFillTests.Good(64, 72);
        var low = new MriKSpaceCrop { Factor = 2 }.Degrade(good);
        using var onnx = new OnnxRestorer(file);
        using var torch = new Restorer(model);
        foreach (IImageRestorer restorer in new IImageRestorer[] { torch, onnx })
        {
            var results = restorer.Restore([good, low, low], [_task, _task, RestorationTask.Ct]);
            Assert.AreSame(good, results[0], "Its k-space is full.");
            var fitted = NetworkGrid.Fit(low, _task)!;
            var onGrid = restorer.Restore([new(fitted.Pixels, fitted.Height, fitted.Width)
            {
                VolumeLevel = fitted.VolumeLevel,
                VolumeExtent = new(0.25, 0.25),
            }], [_task])[0];
            var expected = NetworkGrid.PutBack(onGrid, fitted, low);
            Assert.AreEqual((64, 72), (results[1].Height, results[1].Width));
            Assert.IsLessThan(1e-3f * low.Pixels.Max(), expected.Pixels.Zip(results[1].Pixels, (a, b) => Math.Abs(a - b)).Max());
            Assert.IsGreaterThan(0.0, results[1].Pixels.Zip(low.Pixels, (a, b) => Math.Abs(a - b)).Max());
            Assert.AreEqual((64, 72), (results[2].Height, results[2].Width));
        }
    }
}
