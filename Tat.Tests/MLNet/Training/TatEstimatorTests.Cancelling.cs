using System.Reflection;
using Microsoft.ML;
using Tat.MLNet.Training;
using Tat.Tests.Formats;
using Tat.Tests.Loading;
using Tat.Tests.Scoring;

namespace Tat.Tests.Training;

public partial class TatEstimatorTests
{
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Cancelling_is_an_exception_or_gives_the_best_model_so_far_which_says_so(bool returnBest)
    {
        using var folder = new TemporaryFolder();
        using var cancellation = new CancellationTokenSource();
        var pairs = _ml.ImageRestoration.LoadPairs(SampleImages.WriteLayout(folder, "CT"));
        var trainer = _ml.ImageRestoration.Trainers.Tat(new TatEstimator.Options
        {
            Network = TinyModel.Network,
            Training = _training with { Iterations = 1_000_000 },
            CancellationToken = cancellation.Token,
            ReturnBestOnCancel = returnBest,
            MetricsCallback = report =>
            {
                if (report.Iteration >= 3)
                {
                    cancellation.Cancel();
                }
            },
        });
        if (!returnBest)
        {
            Assert.AreEqual(cancellation.Token,
                Assert.ThrowsExactly<OperationCanceledException>(() => trainer.Fit(pairs)).CancellationToken);
            return;
        }

        using var model = trainer.Fit(pairs);
        Assert.IsTrue(model.Card.Iterations is >= 1 and < 100);
        Assert.IsTrue(model.WasCancelled);
        _ml.Model.Save(model, pairs.Schema, folder["tat.zip"]);
        Assert.IsTrue(_ml.ImageRestoration.ReadModelInfo(folder["tat.zip"]).Card.WasCancelled);
    }

    [TestMethod]
    public void CancelExecution_of_the_context_ends_training()
    {
        using var folder = new TemporaryFolder();
        var pairs = _ml.ImageRestoration.LoadPairs(SampleImages.WriteLayout(folder, "CT"));
        var trainer = _ml.ImageRestoration.Trainers.Tat(Options(training: _training with { Iterations = 1_000_000 }, callback: report =>
        {
            if (report.Iteration == 3)
            {
                typeof(MLContext).GetMethod(
                    "CancelExecution", BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)!.Invoke(_ml, null);
            }
        }));
        Assert.ThrowsExactly<OperationCanceledException>(() => trainer.Fit(pairs));
    }
}
