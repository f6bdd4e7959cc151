using Microsoft.ML;
using Microsoft.ML.Data;
using Tat.MLNet.Formats;
using Tat.MLNet.Loading;
using Tat.Tests.Formats;

namespace Tat.Tests.Loading;

[TestClass]
public class ImagePairLoaderTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void Each_slice_of_a_volume_is_a_row_with_its_reference_task_and_size()
    {
        using var folder = new TemporaryFolder();
        var view = _ml.ImageRestoration.LoadPairs(SampleImages.WriteLayout(folder, "CT", "MRI"), "train");

        CollectionAssert.AreEqual(
            new[] { "CT/a.nii#0", "CT/a.nii#1", "CT/b.nii#0", "MRI/a.nii#0", "MRI/a.nii#1", "MRI/b.nii#0" }, view.TaskRows());
        CollectionAssert.AreEqual(new[] { 6, 6, 5, 6, 6, 5 }, view.Numbers("Height"));
        CollectionAssert.AreEqual(new[] { 8, 8, 4, 8, 8, 4 }, view.Numbers("Width"));
        var (low, high) = (view.Vectors("LowQuality"), view.Vectors("HighQuality"));
        Assert.AreEqual(1010f, low[1][0]);
        Assert.AreEqual(20f + 19, low[2][^1]);
        for (var row = 0; row < low.Length; row++)
        {
            CollectionAssert.AreEqual(low[row].Select(value => value + 0.5f).ToArray(), high[row]);
        }
    }

    [TestMethod]
    public void Only_the_chosen_split_is_taken_and_none_means_all()
    {
        using var folder = new TemporaryFolder();
        var root = SampleImages.WriteLayout(folder, "CT");

        Assert.IsTrue(_ml.ImageRestoration.LoadPairs(root, "test").Texts("FileName")
            .All(path => path.Contains($"{Path.DirectorySeparatorChar}test{Path.DirectorySeparatorChar}")));
        Assert.HasCount(6, _ml.ImageRestoration.LoadPairs(root, split: null).Texts("FileName"));
    }

    [TestMethod]
    public void Files_are_opened_once_for_their_slices_and_never_for_columns_that_nobody_reads()
    {
        using var folder = new TemporaryFolder();
        var counter = new CountingOpener();
        var source = new FileList(ImageFiles.Under(SampleImages.WriteLayout(folder, "CT")));
        var view = new ImagePairLoader(new()) { Open = counter.Open }.Load(source);
        Assert.AreEqual(0, counter.Opened);

        view.Texts("Task");
        Assert.AreEqual((2, 0), (counter.Opened, counter.PixelReads), "counting slices reads headers, no pixels");
        view.Texts("FileName");
        Assert.AreEqual(2, counter.Opened, "slices are counted once");
        view.Numbers("Height");
        Assert.AreEqual((4, 0), (counter.Opened, counter.PixelReads), "sizes come from the header of the image alone");
        view.Vectors("LowQuality");
        Assert.AreEqual((6, 3), (counter.Opened, counter.PixelReads), "references stay closed");
        Assert.AreEqual(0, counter.StillOpen);

        var single = new ImagePairLoader(new() { SingleSliceFiles = true }) { Open = counter.Open }.Load(source);
        Assert.HasCount(2, single.Texts("FileName"));
        Assert.AreEqual(2, single.GetRowCount());
        Assert.AreEqual(6, counter.Opened);
    }

    [TestMethod]
    public void Looking_at_the_first_row_opens_the_first_file_only()
    {
        using var folder = new TemporaryFolder();
        var counter = new CountingOpener();
        var view = new ImagePairLoader(new())
        {
            Open = counter.Open,
        }.Load(new FileList(ImageFiles.Under(SampleImages.WriteLayout(folder, "CT", "MRI", "PET"))));

        Assert.HasCount(1, view.Preview(maxRows: 1).RowView);
        Assert.AreEqual(2, counter.Opened, "one file and its reference");
    }

    [TestMethod]
    public void Shuffling_gives_every_row_once_in_another_order_with_the_same_pixels()
    {
        using var folder = new TemporaryFolder();
        var view = _ml.ImageRestoration.LoadPairs(SampleImages.WriteLayout(folder, "CT", "MRI", "PET"));
        var shuffled = _ml.Data.ShuffleRows(view, seed: 3, shufflePoolSize: 1, shuffleSource: true);

        CollectionAssert.AreEquivalent(view.TaskRows(), shuffled.TaskRows());
        CollectionAssert.AreNotEqual(view.TaskRows(), shuffled.TaskRows());
        CollectionAssert.AreEqual(shuffled.TaskRows(), shuffled.TaskRows());
        var byRow = view.TaskRows().Zip(view.Vectors("LowQuality")).ToDictionary(row => row.First, row => row.Second);
        foreach (var (row, pixels) in shuffled.TaskRows().Zip(shuffled.Vectors("LowQuality")))
        {
            CollectionAssert.AreEqual(byRow[row], pixels);
        }
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    [DataRow(50)]
    public void Parallel_cursors_share_the_rows_and_their_batches_tell_the_order(int cursors)
    {
        using var folder = new TemporaryFolder();
        var view = _ml.ImageRestoration.LoadPairs(SampleImages.WriteLayout(folder, "CT", "MRI"));

        CollectionAssert.AreEqual(view.Texts("FileName"), view.TextsInParallel("FileName", cursors));
        CollectionAssert.AreEquivalent(view.Texts("FileName"), view.TextsInParallel("FileName", cursors, new Random(1)));
    }

    [TestMethod]
    public void Any_source_of_files_will_do_also_one_with_wildcards()
    {
        using var folder = new TemporaryFolder();
        var root = SampleImages.WriteLayout(folder, "CT");
        var view = _ml.ImageRestoration.CreatePairLoader().Load(new MultiFileSource(Path.Combine(root, "...", "*")));

        CollectionAssert.AreEqual(new[] { "CT/a.nii#0", "CT/a.nii#1", "CT/b.nii#0" }, view.TaskRows());
    }

    [TestMethod]
    public void Texts_and_hidden_files_between_the_images_are_left_out()
    {
        using var folder = new TemporaryFolder();
        var root = SampleImages.WriteLayout(folder, "CT");
        File.WriteAllText(folder["CT/train/LQ/notes.txt"], "");
        File.WriteAllText(folder["CT/train/LQ/.DS_Store"], "");
        File.WriteAllText(folder["CT/train/HQ/a.json"], "");

        Assert.HasCount(3, _ml.ImageRestoration.LoadPairs(root).Texts("FileName"));
    }

    [TestMethod]
    public void Nested_folders_below_both_qualities_are_paired_by_their_relative_names()
    {
        using var folder = new TemporaryFolder();
        SampleImages.Write(folder["CT/train/LQ/p1/x.nii"]);
        SampleImages.Write(folder["CT/train/HQ/p1/x.nii"], 5);
        SampleImages.Write(folder["CT/train/LQ/p2/x.nii"], 1);
        SampleImages.Write(folder["CT/train/HQ/p2/x.nii"], 6);

        var high = _ml.ImageRestoration.LoadPairs(folder.Path).Vectors("HighQuality");
        CollectionAssert.AreEqual(new[] { 5f, 6f }, high.Select(pixels => pixels[0]).ToArray());
    }

    [TestMethod]
    public void A_missing_counterpart_is_an_error_that_names_the_file_unless_it_is_allowed()
    {
        using var folder = new TemporaryFolder();
        var root = SampleImages.WriteLayout(folder, "CT");
        File.Delete(folder["CT/train/HQ/b.nii"]);

        var error = Assert.ThrowsExactly<InvalidDataException>(() => _ml.ImageRestoration.LoadPairs(root));
        StringAssert.Contains(error.Message, "b.nii' has no counterpart");
        var view = _ml.ImageRestoration.LoadPairs(root, new ImagePairLoader.Options { RequireHighQuality = false });
        CollectionAssert.AreEqual(new[] { 48, 48, 0 }, view.Vectors("HighQuality").Select(pixels => pixels.Length).ToArray());

        File.Delete(folder["CT/train/LQ/a.nii"]);
        SampleImages.Write(folder["CT/train/HQ/b.nii"], 0, 5, 4);
        error = Assert.ThrowsExactly<InvalidDataException>(() => _ml.ImageRestoration.LoadPairs(root));
        StringAssert.Contains(error.Message, "a.nii' has no counterpart");
    }

    [TestMethod]
    public void A_folder_without_pairs_says_what_was_expected()
    {
        using var folder = new TemporaryFolder();
        var root = SampleImages.WriteLayout(folder, "CT");

        var error = Assert.ThrowsExactly<InvalidDataException>(() => _ml.ImageRestoration.LoadPairs(root, "validation"));
        StringAssert.Contains(error.Message, $"(TASK/validation/LQ/NAME with its counterpart in HQ) in '{folder.Path}', which has 8 files");
        Assert.ThrowsExactly<DirectoryNotFoundException>(() => _ml.ImageRestoration.LoadPairs(folder["nothing"]));
    }

    [TestMethod]
    public void Pairs_of_different_size_or_length_are_refused_with_both_names()
    {
        using var folder = new TemporaryFolder();
        SampleImages.Write(folder["CT/train/LQ/x.nii"]);
        SampleImages.Write(folder["CT/train/HQ/x.nii"], rows: 8, columns: 6);
        var error = Assert.ThrowsExactly<ImageFormatException>(() => _ml.ImageRestoration.LoadPairs(folder.Path).Vectors("HighQuality"));
        StringAssert.Contains(error.Message, "has slices of 8 × 6");

        SampleImages.Write(folder["CT/train/HQ/x.nii"], slices: 2);
        error = Assert.ThrowsExactly<ImageFormatException>(() => _ml.ImageRestoration.LoadPairs(folder.Path).Vectors("HighQuality"));
        StringAssert.Contains(error.Message, "has 2 slices, but its low-quality counterpart");
    }

    [TestMethod]
    public void The_loader_is_saved_with_a_model_and_loaded_with_it()
    {
        using var folder = new TemporaryFolder();
        var root = SampleImages.WriteLayout(folder, "CT");
        var loader = _ml.ImageRestoration.CreatePairLoader(new() { Split = "test", RequireHighQuality = false });
        _ml.Model.Save(null, loader, folder["loader.zip"]);

        new MLContext().Model.LoadWithDataLoader(folder["loader.zip"], out var loaded);
        var files = loaded.Load(new MultiFileSource(Path.Combine(root, "...", "*.nii"))).Texts("FileName");
        Assert.HasCount(3, files);
        StringAssert.Contains(files[0], "test");
    }
}
