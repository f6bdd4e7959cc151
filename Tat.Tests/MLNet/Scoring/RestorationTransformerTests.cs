using Microsoft.ML;
using Microsoft.ML.Data;
using Tat.MLNet.Loading;
using Tat.Tests.Formats;
using Tat.Tests.Loading;

namespace Tat.Tests.Scoring;

[TestClass]
public partial class RestorationTransformerTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void Rows_are_restored_in_order_in_growing_batches()
    {
        var restorer = new FakeRestorer();
        using var transformer = new FakeTransformer(restorer, batchSize: 4);
        var rows = Enumerable.Range(0, 12).Select(row => Row(row, row % 3 == 0 ? 2 : 3, 4, row % 2 == 0 ? "PET" : "mri"));

        var restored = transformer.Transform(_ml.Data.LoadFromEnumerable(rows)).Vectors("Restored");
        for (var row = 0; row < 12; row++)
        {
            CollectionAssert.AreEqual(Row(row, row % 3 == 0 ? 2 : 3, 4, "").LowQuality.Select(pixel => (2 * pixel) + (row % 2 == 0 ? 0 : 2))
                .ToArray(), restored[row]);
        }

        CollectionAssert.AreEqual(new[] { 1, 2, 4, 4, 1 }, restorer.Calls);
    }

    [TestMethod]
    public void Nothing_is_restored_or_opened_for_columns_that_nobody_reads()
    {
        using var folder = new TemporaryFolder();
        var restorer = new FakeRestorer();
        using var transformer = new FakeTransformer(restorer);
        var counter = new CountingOpener();
        var files = new ImageFileLoader(new() { Task = "CT", SingleSliceFiles = true }) { Open = counter.Open }
            .Load(new FileList([SampleImages.Write(folder["a.nii"]), SampleImages.Write(folder["b.nii"])]));
        var view = transformer.Transform(files);

        Assert.HasCount(2, view.Texts("FileName"));
        Assert.HasCount(2, view.TextsInParallel("Task", 2));
        Assert.AreEqual(2, view.GetRowCount());
        Assert.AreEqual((0, 0), (counter.Opened, restorer.Calls.Length));

        Assert.HasCount(2, view.Vectors("LowQuality"));
        Assert.IsEmpty(restorer.Calls);
    }

    [TestMethod]
    public void All_columns_survive_beside_the_restored_one()
    {
        using var folder = new TemporaryFolder();
        var view = _ml.ImageRestoration.LoadPairs(SampleImages.WriteLayout(folder, "CT", "MRI"));
        using var transformer = new FakeTransformer(new());
        var restored = transformer.Transform(view).Preview(maxRows: 10);

        Assert.HasCount(6, restored.RowView);
        for (var row = 0; row < 6; row++)
        {
            var values = restored.RowView[row].Values.ToDictionary(value => value.Key, value => value.Value);
            Assert.AreEqual(view.Texts("FileName")[row], values["FileName"].ToString());
            CollectionAssert.AreEqual(view.Vectors("LowQuality")[row], ((VBuffer<float>)values["LowQuality"]).DenseValues().ToArray());
            CollectionAssert.AreEqual(view.Vectors("HighQuality")[row], ((VBuffer<float>)values["HighQuality"]).DenseValues().ToArray());
        }
    }

    [TestMethod]
    public void A_task_may_be_a_key()
    {
        using var transformer = new FakeTransformer(new());
        var rows = _ml.Data.LoadFromEnumerable([Row(1, 1, 2, "MRI"), Row(2, 1, 2, "PET")]);
        var keyed = _ml.Transforms.Conversion.MapValueToKey("Task").Fit(rows).Transform(rows);

        var restored = transformer.Transform(keyed).Vectors("Restored");
        CollectionAssert.AreEqual(new[] { 2f + 2, 4 + 2 }, restored[0]);
        CollectionAssert.AreEqual(new[] { 4f, 6 }, restored[1]);
    }

    [TestMethod]
    public void Row_identities_positions_and_ends_are_those_of_a_cursor()
    {
        using var transformer = new FakeTransformer(new());
        var view = transformer.Transform(_ml.Data.LoadFromEnumerable(Enumerable.Range(0, 5).Select(row => Row(row, 1, 2, "CT"))));
        using var cursor = view.GetRowCursor(view.Schema);
        var getId = cursor.GetIdGetter();
        var getRestored = cursor.GetGetter<VBuffer<float>>(view.Schema["Restored"]);
        Assert.AreEqual(-1, cursor.Position);
        var ids = new HashSet<DataViewRowId>();
        for (var row = 0; row < 5; row++)
        {
            Assert.IsTrue(cursor.MoveNext());
            Assert.AreEqual(row, cursor.Position);
            DataViewRowId id = default;
            getId(ref id);
            ids.Add(id);
        }

        Assert.HasCount(5, ids);
        Assert.IsFalse(cursor.MoveNext());
        Assert.IsFalse(cursor.MoveNext());
        Assert.AreEqual(-1, cursor.Position);
        var buffer = default(VBuffer<float>);
        Assert.ThrowsExactly<InvalidOperationException>(() => getRestored(ref buffer));
    }

    [TestMethod]
    public void Concurrent_cursors_and_engines_give_the_same_as_one_after_the_other()
    {
        using var transformer = new FakeTransformer(new());
        var rows = Enumerable.Range(0, 40).Select(row => Row(row, 2, 3, "CT")).ToList();
        var view = transformer.Transform(_ml.Data.LoadFromEnumerable(rows));
        var expected = view.Vectors("Restored");

        Parallel.For(0, 4, thread =>
        {
            var actual = view.Vectors("Restored");
            using var engine = new MLContext().Model.CreatePredictionEngine<Image, Output>(
                transformer, new PredictionEngineOptions { OwnsTransformer = false });
            for (var row = 0; row < rows.Count; row++)
            {
                CollectionAssert.AreEqual(expected[row], actual[row]);
                CollectionAssert.AreEqual(expected[row], engine.Predict(rows[row]).Restored);
            }
        });
    }

    [TestMethod]
    public void The_same_input_schema_gives_the_same_output_schema_with_the_tasks_in_its_annotations()
    {
        using var transformer = new FakeTransformer(new());
        var view = _ml.Data.LoadFromEnumerable([Row(0, 1, 1, "CT")]);
        var schema = transformer.GetOutputSchema(view.Schema);

        Assert.AreSame(schema, transformer.GetOutputSchema(view.Schema));
        Assert.AreSame(schema, transformer.Transform(view).Schema);
        Assert.AreSame(schema, transformer.GetRowToRowMapper(view.Schema).OutputSchema);
        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Single), schema["Restored"].Type);
        var names = default(VBuffer<ReadOnlyMemory<char>>);
        schema["Restored"].Annotations.GetValue("TaskNames", ref names);
        CollectionAssert.AreEqual(new[] { "PET", "CT", "MRI" }, names.DenseValues().Select(name => name.ToString()).ToArray());
    }

    [TestMethod]
    public void Restored_rows_can_be_shuffled_cached_filtered_taken_and_stored()
    {
        using var folder = new TemporaryFolder();
        var restorer = new FakeRestorer();
        using var transformer = new FakeTransformer(restorer);
        var view = transformer.Transform(_ml.Data.LoadFromEnumerable(Enumerable.Range(0, 8).Select(row => Row(row, row + 1, 2, "CT"))));
        var expected = view.Texts("FileName").Zip(view.Vectors("Restored")).ToDictionary(row => row.First, row => row.Second);

        Check(_ml.Data.ShuffleRows(view, seed: 1), 8);
        Check(_ml.Data.Cache(view), 8);
        Check(_ml.Data.TakeRows(view, 3), 3);
        Check(_ml.Data.SkipRows(view, 3), 5);
        Check(_ml.Data.FilterRowsByColumn(
            _ml.Transforms.Conversion.ConvertType("Rows", "Height", DataKind.Single).Fit(view).Transform(view), "Rows", 3, 6), 3);
        Check(_ml.Data.TrainTestSplit(view, 0.5, seed: 1).TrainSet, null);
        using (var stream = File.Create(folder["rows.idv"]))
        {
            _ml.Data.SaveAsBinary(view, stream);
        }

        var stored = _ml.Data.LoadFromBinary(folder["rows.idv"]);
        var calls = restorer.Calls.Length;
        Check(stored, 8);
        Assert.AreEqual(calls, restorer.Calls.Length, "stored results are not computed again");

        void Check(IDataView rows, int? count)
        {
            var found = rows.Texts("FileName").Zip(rows.Vectors("Restored")).ToList();
            if (count is not null)
            {
                Assert.HasCount(count.Value, found);
            }

            foreach (var (file, restored) in found)
            {
                CollectionAssert.AreEqual(expected[file], restored);
            }
        }
    }

    [TestMethod]
    public void Taking_one_row_restores_one_image()
    {
        var restorer = new FakeRestorer();
        using var transformer = new FakeTransformer(restorer, batchSize: 8);
        var view = transformer.Transform(_ml.Data.LoadFromEnumerable(Enumerable.Range(0, 20).Select(row => Row(row, 1, 2, "CT"))));

        _ml.Data.TakeRows(view, 1).Vectors("Restored");
        CollectionAssert.AreEqual(new[] { 1 }, restorer.Calls);
    }

    [TestMethod]
    public void Disposing_the_engine_disposes_the_model_unless_told_otherwise()
    {
        var restorer = new FakeRestorer();
        _ml.Model.CreatePredictionEngine<Image, Output>(
            new FakeTransformer(restorer), new PredictionEngineOptions { OwnsTransformer = false }).Dispose();
        Assert.IsFalse(restorer.IsDisposed);
        _ml.Model.CreatePredictionEngine<Image, Output>(new FakeTransformer(restorer)).Dispose();
        Assert.IsTrue(restorer.IsDisposed);
    }

    private static Image Row(int index, int height, int width, string task) => new()
    {
        LowQuality = [.. Enumerable.Range(0, height * width).Select(pixel => (float)(index + pixel))],
        Height = height,
        Width = width,
        Task = task,
        FileName = $"image {index}",
    };

    internal sealed class Image
    {
        public float[] LowQuality { get; set; } = [];

        public int Height { get; set; }

        public int Width { get; set; }

        public string Task { get; set; } = "";

        public string FileName { get; set; } = "";
    }

    internal sealed class Output
    {
        public float[] Restored { get; set; } = [];
    }
}
