using Microsoft.ML;
using Tat.Tests.Loading;

namespace Tat.Tests.Scoring;

public partial class RestorationTransformerTests
{
    [TestMethod]
    public void An_unknown_task_is_an_error_that_names_file_column_and_known_tasks()
    {
        using var transformer = new FakeTransformer(new());
        var error = Assert.ThrowsExactly<InvalidDataException>(() =>
            transformer.Transform(_ml.Data.LoadFromEnumerable([Row(0, 1, 1, "US")])).Vectors("Restored"));
        Assert.AreEqual("'image 0': column 'Task' says 'US', which this model has not learnt; the known tasks are PET, CT, MRI.",
            error.Message);
    }

    [TestMethod]
    [DataRow(2, 2)]
    [DataRow(0, 4)]
    [DataRow(-1, -4)]
    [DataRow(65536, 65536)]
    public void A_size_that_does_not_fit_the_pixels_is_an_error_that_names_them(int height, int width)
    {
        using var transformer = new FakeTransformer(new());
        var image = Row(0, 1, 3, "CT");
        (image.Height, image.Width) = (height, width);

        var error = Assert.ThrowsExactly<InvalidDataException>(() =>
            transformer.Transform(_ml.Data.LoadFromEnumerable([image])).Vectors("Restored"));
        StringAssert.Contains(error.Message,
            $"'image 0': column 'LowQuality' has 3 values where 'Height' × 'Width' say {height} × {width}");
    }

    [TestMethod]
    public void Pixels_that_are_not_finite_are_an_error_that_names_the_file()
    {
        using var transformer = new FakeTransformer(new());
        var bad = Row(7, 1, 3, "CT");
        bad.LowQuality[1] = float.NaN;

        var error = Assert.ThrowsExactly<InvalidDataException>(() =>
            transformer.Transform(_ml.Data.LoadFromEnumerable([Row(0, 1, 3, "CT"), Row(1, 1, 3, "CT"), bad])).Vectors("Restored"));
        StringAssert.StartsWith(error.Message, "'image 7' has the value NaN at row 0, column 1; ");
    }

    [TestMethod]
    public void Missing_and_mistyped_columns_are_named_as_ML_NET_does()
    {
        using var transformer = new FakeTransformer(new(), columns: new() { Height = "Rows", Width = "Task" });
        var view = _ml.Data.LoadFromEnumerable([Row(0, 1, 1, "CT")]);
        var missing = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => transformer.Transform(view));
        Assert.AreEqual("Could not find input column 'Rows' (Parameter 'inputSchema')", missing.Message);

        var renamed = _ml.Transforms.CopyColumns("Rows", "Height").Fit(view).Transform(view);
        var mistyped = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => transformer.Transform(renamed));
        Assert.AreEqual("Schema mismatch for input column 'Task': expected Int32, got String (Parameter 'inputSchema')", mistyped.Message);
    }
}
