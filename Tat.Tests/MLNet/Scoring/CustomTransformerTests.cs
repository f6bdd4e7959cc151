using Microsoft.ML;
using Microsoft.ML.Runtime;
using Tat.MLNet;
using Tat.Tests.Formats;
using Tat.Tests.Loading;
using Tat.Torch.Model;

namespace Tat.Tests.Scoring;

[TestClass]
public sealed class CustomTransformerTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void A_restorer_of_one_s_own_runs_in_a_pipeline_under_columns_of_any_name_and_is_disposed_of_with_it()
    {
        var restorer = new FakeRestorer();
        var rows = _ml.Data.LoadFromEnumerable([new ImageInput { LowQuality = [1, 2, 3, 4], Height = 2, Width = 2, Task = "PET" }]);
        using (var transformer = _ml.ImageRestoration.CreateTransformer(restorer, new() { OutputColumnName = "Doubled" }))
        {
            CollectionAssert.AreEqual(new float[] { 2, 4, 6, 8 }, transformer.Transform(rows).Vectors("Doubled").Single());
            Assert.AreSame(transformer, _ml.ImageRestoration.FindRestoration(transformer));
        }

        Assert.IsTrue(restorer.IsDisposed);
    }

    [TestMethod]
    public void Images_unlike_those_of_the_training_are_told_in_the_log_once_for_all_rows_and_once_to_all_engines()
    {
        var warnings = new List<string>();
        _ml.Log += (_, log) => warnings.AddRange(log.Kind == ChannelMessageKind.Warning ? [log.RawMessage] : []);
        var restorer = new FakeRestorer
        {
            Card = new() { Ranges = new Dictionary<string, InputRange> { ["CT"] = new() { SmallestPixel = 0.5, LargestPixel = 1 } } },
        };
        using var transformer = _ml.ImageRestoration.CreateTransformer(restorer, new() { BatchSize = 2 });
        ImageInput[] images = [.. new[] { 0.7f, 3, float.NaN, 4, 5 }.Select((spacing, i) =>
            new ImageInput { LowQuality = [1], Height = 1, Width = 1, Task = "CT", FileName = $"{i}.nii", PixelSpacing = spacing })];

        Assert.HasCount(5, transformer.Transform(_ml.Data.LoadFromEnumerable(images)).Vectors("Restored"));
        Assert.AreEqual("'1.nii' and 2 more of 5 images of CT: Its pixels (3 mm) are outside the range that the model was trained "
            + "on (0.5 to 1 mm): treat the result with caution.", warnings.Single());

        // The columns that are read decide: those who do not restore are not told.
        warnings.Clear();
        Assert.HasCount(5, transformer.Transform(_ml.Data.LoadFromEnumerable(images)).Vectors("LowQuality"));
        Assert.IsEmpty(warnings);
        for (var engines = 0; engines < 2; engines++)
        {
            using var engine = _ml.Model.CreatePredictionEngine<ImageInput, RestoredImage>(
                transformer, new PredictionEngineOptions { OwnsTransformer = false });
            foreach (var image in images)
            {
                engine.Predict(image);
            }
        }

        StringAssert.StartsWith(warnings.Single(), "'1.nii': Its pixels (3 mm)");
    }

    [TestMethod]
    public void Files_tell_the_size_of_their_pixels_and_their_modality()
    {
        var warnings = new List<string>();
        _ml.Log += (_, log) => warnings.AddRange(log.Kind == ChannelMessageKind.Warning ? [log.RawMessage] : []);
        using var folder = new TemporaryFolder();
        SampleImages.Write(folder["a.nii"], slices: 2);
        File.Copy(TestData.Path("data/dicom/ct_chest_explicit_le.dcm"), folder["b.dcm"]);
        var restorer = new FakeRestorer
        {
            Card = new() { Ranges = new Dictionary<string, InputRange> { ["MRI"] = new() { SmallestPixel = 0.2, LargestPixel = 0.7 } } },
        };
        using var transformer = _ml.ImageRestoration.CreateTransformer(restorer);
        Assert.HasCount(3, transformer.Transform(_ml.ImageRestoration.LoadImages(folder.Path, "MRI")).Vectors("Restored"));
        Assert.Contains("a.nii', slice 0 and 1 more of 3 images of MRI: Its pixels (1 mm)", string.Join('\n', warnings));
        Assert.Contains("b.dcm', slice 0: Its modality CT is not one that the task MRI is for", string.Join('\n', warnings));
    }

    [TestMethod]
    public void It_is_not_saved_and_the_message_says_what_to_do()
    {
        using var folder = new TemporaryFolder();
        using var transformer = _ml.ImageRestoration.CreateTransformer(new FakeRestorer());
        var error = Assert.ThrowsExactly<NotSupportedException>(() => _ml.Model.Save(transformer, null, folder["tat.zip"]));
        StringAssert.Contains(error.Message, "(FakeRestorer) cannot be saved: save what the restorer is made of");
    }
}
