using Microsoft.ML;
using Tat.MLNet.Loading;
using Tat.MLNet.Training;
using Tat.Tests.Formats;
using Tat.Tests.Loading;
using Tat.Torch.Data;
using Tat.Torch.Imaging;
using Tat.Torch.Tasks;

namespace Tat.Tests.Training;

[TestClass]
public class RowPairsTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void A_loaders_rows_are_read_by_position_when_training_asks_for_them()
    {
        using var folder = new TemporaryFolder();
        var counter = new CountingOpener();
        var files = new ImagePairLoader(new())
        {
            Open = counter.Open,
        }.Load(new FileList(ImageFiles.Under(SampleImages.WriteLayout(folder, "CT", "MRI"))));
        var view = _ml.ImageRestoration.TagTask().Fit(files).Transform(files);

        using (var pairs = Create(view))
        {
            Assert.AreEqual(0, counter.PixelReads);
            Check(pairs.Sources, view);
            Parallel.For(0, 60, i =>
            {
                var source = pairs.Sources[i % 2];
                Assert.IsNotNull(source.Read(i % source.Count));
            });
        }

        Assert.AreEqual(0, counter.StillOpen);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1 << 20)]
    public void Pairs_of_tasks_that_are_scaled_by_volume_have_the_level_of_their_file(int memory)
    {
        using var folder = new TemporaryFolder();
        var view = _ml.ImageRestoration.LoadPairs(SampleImages.WriteLayout(folder, "CT", "MRI"));
        foreach (var rows in new[] { view, _ml.Data.ShuffleRows(view, seed: 1) })
        {
            using var pairs = Create(rows, memory, folder["spool"], TaskVocabulary.Scans);
            foreach (var source in pairs.Sources)
            {
                // Slices of a.nii reach from 10 to 57 and from 1010 to 1057, and that of b.nii from 20 to 39.
                var levels = Enumerable.Range(0, source.Count).Select(source.Read)
                    .Select(pair => (pair.LowQuality.Height, pair.LowQuality.VolumeLevel ?? float.NaN)).Order().ToArray();
                CollectionAssert.AreEqual(source.Task.Name == "CT"
                    ? new[] { (5, float.NaN), (6, float.NaN), (6, float.NaN) }
                    : [(5, 39f), (6, 1057), (6, 1057)], levels);
            }
        }
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(1 << 20)]
    public void Any_other_view_is_read_through_once_and_kept_in_memory_or_in_a_file(int memory)
    {
        using var folder = new TemporaryFolder();
        var counter = new CountingOpener();
        var files = new ImagePairLoader(new())
        {
            Open = counter.Open,
        }.Load(new FileList(ImageFiles.Under(SampleImages.WriteLayout(folder, "CT", "MRI"))));
        var view = _ml.Data.ShuffleRows(files, seed: 1);

        using (var pairs = Create(view, memory, folder["spool"]))
        {
            Assert.AreEqual(12, counter.PixelReads);
            Check(pairs.Sources, files);
            Assert.AreEqual(24, counter.PixelReads, "the comparison itself read the files once more");
        }

        Assert.IsEmpty(folder.Files.Where(file => file.StartsWith("spool")));
    }

    [TestMethod]
    public void Memory_that_is_short_in_the_middle_sends_the_rest_to_the_file()
    {
        using var folder = new TemporaryFolder();
        using var spool = new PairSpool(500, folder.Path);
        for (var i = 0; i < 10; i++)
        {
            spool.Add(new(new([i, i + 0.5f, -i, 0, 1, 2], 2, 3), new([9, 8, 7, 6, 5, i], 2, 3), $"pair {i}"));
        }

        Parallel.For(0, 100, i =>
        {
            var pair = spool.Read(i % 10);
            Assert.AreEqual((i % 10, i % 10, $"pair {i % 10}", 3),
                ((int)pair.LowQuality[0, 0], (int)pair.HighQuality[1, 2], pair.Name, pair.LowQuality.Width));
        });
    }

    [TestMethod]
    public void Rows_of_tasks_that_are_not_trained_are_counted_and_unknown_ones_are_errors()
    {
        using var folder = new TemporaryFolder();
        var view = _ml.ImageRestoration.LoadPairs(SampleImages.WriteLayout(folder, "CT", "US"));

        using var pairs = RowPairs.Create(
            view, new(), name => name == "CT" ? RestorationTask.Ct : null, false, () => new(0, folder.Path), default);
        Assert.AreEqual(("CT", 3, 3), (pairs.Sources.Single().Task.Name, pairs.Sources[0].Count, pairs.Skipped));

        var error = Assert.ThrowsExactly<InvalidDataException>(() => Create(view));
        StringAssert.Contains(error.Message, "a.nii', slice 0: Task 'US' is unknown");
    }

    [TestMethod]
    public void A_missing_reference_is_named_when_it_is_read()
    {
        using var folder = new TemporaryFolder();
        var root = SampleImages.WriteLayout(folder, "CT");
        File.Delete(folder["CT/train/HQ/b.nii"]);
        using var pairs = Create(_ml.ImageRestoration.LoadPairs(root, new ImagePairLoader.Options { RequireHighQuality = false }));

        var error = Assert.ThrowsExactly<InvalidDataException>(() => pairs.Sources[0].Read(2));
        StringAssert.Contains(error.Message, "b.nii', slice 0: column 'HighQuality' is empty");
    }

    private static RowPairs Create(IDataView view, long memory = 0, string folder = "", TaskVocabulary? tasks = null) => RowPairs.Create(
        view, new(), name => (tasks ?? TaskVocabulary.Paper)[name], tasks is not null, () => new(memory, folder), default);

    private static void Check(IReadOnlyList<IPairSource> sources, IDataView view)
    {
        var (low, high) = (view.Vectors("LowQuality"), view.Vectors("HighQuality"));
        var expected = view.TaskRows().Select((row, i) => (row, low[i], high[i]))
            .ToDictionary(row => row.row, row => (Low: row.Item2, High: row.Item3));
        var found = sources.SelectMany(source =>
            Enumerable.Range(0, source.Count).Select(source.Read).Select(pair => (source.Task, Pair: pair))).ToList();
        CollectionAssert.AreEquivalent(expected.Keys, found.Select(Name).ToArray());
        foreach (var pair in found)
        {
            CollectionAssert.AreEqual(expected[Name(pair)].Low, pair.Pair.LowQuality.Pixels);
            CollectionAssert.AreEqual(expected[Name(pair)].High, pair.Pair.HighQuality.Pixels);
        }

        static string Name((RestorationTask Task, ImagePair Pair) pair)
        {
            var parts = pair.Pair.Name.Split("', slice ");
            return $"{pair.Task}/{Path.GetFileName(parts[0])}#{parts[1]}";
        }
    }
}
