using Tat.Samples.Reports;
using Tat.Tests.Formats;
using Tat.Tests.Training;
using Tat.Torch.Training;

namespace Tat.Tests.Reports;

[TestClass]
public sealed class LearningCurvesTests
{
    [TestMethod]
    public void The_table_of_a_training_gives_the_charts_that_its_reports_give()
    {
        using var folder = new TemporaryFolder();
        var log = new ProgressLog();
        using var model = new TatTrainer(
            NoisyWaves.TinyNetwork, NoisyWaves.Tasks, NoisyWaves.ShortTraining with { LogFolder = folder["logs"] })
            .Train(NoisyWaves.ForTwoTasks, NoisyWaves.ForTwoTasks, log);

        var (expected, actual) = (LearningCurves.Of(log.Reports), LearningCurves.Read(folder["logs"]));
        CollectionAssert.AreEqual(new[] { 12, 3, 12 }, actual.Select(chart => chart.Lines[0].Points.Count).ToArray());
        foreach (var (one, other) in expected.Zip(actual, (one, other) => (one, other)))
        {
            Assert.AreEqual(one.Title, other.Title);
            CollectionAssert.AreEqual(one.Lines.Select(line => line.Name).ToArray(), other.Lines.Select(line => line.Name).ToArray());
            CollectionAssert.AreEqual(
                one.Lines.SelectMany(line => line.Points).ToArray(), other.Lines.SelectMany(line => line.Points).ToArray());
        }
    }

    [TestMethod]
    public void A_training_without_validation_has_no_chart_of_it()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["training.csv"],
            "iteration,loss,CT_error,CT_input_error,CT_weight,CT_psnr\n1,0.5,0.1,0.2,1,\n2,0.4,,,,\n3,0.4,0.1,0.4,1,\n");
        var charts = LearningCurves.Read(folder.Path);
        Assert.HasCount(2, charts);
        CollectionAssert.AreEqual(new[] { (1.0, 0.5), (3.0, 0.25) }, charts[0].Lines.Single().Points.ToArray());
    }

    [TestMethod]
    public void A_folder_without_a_table_and_a_table_of_something_else_are_errors()
    {
        using var folder = new TemporaryFolder();
        StringAssert.Contains(Assert.ThrowsExactly<FileNotFoundException>(() => LearningCurves.Read(folder.Path)).Message, "train --logs");
        File.WriteAllText(folder["training.csv"], "name,age\nx,3,4\n");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => LearningCurves.Read(folder.Path)).Message,
            "not the table of a training");
    }
}
