using Microsoft.ML;
using Tat.MLNet;
using Tat.Tests.Formats;
using Tat.Tests.Loading;

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
    public void It_is_not_saved_and_the_message_says_what_to_do()
    {
        using var folder = new TemporaryFolder();
        using var transformer = _ml.ImageRestoration.CreateTransformer(new FakeRestorer());
        var error = Assert.ThrowsExactly<NotSupportedException>(() => _ml.Model.Save(transformer, null, folder["tat.zip"]));
        StringAssert.Contains(error.Message, "(FakeRestorer) cannot be saved: save what the restorer is made of");
    }
}
