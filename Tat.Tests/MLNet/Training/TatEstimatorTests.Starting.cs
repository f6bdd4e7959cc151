using Microsoft.ML;
using Tat.MLNet.Training;
using Tat.Tests.Formats;
using Tat.Tests.Loading;
using Tat.Tests.Scoring;
using Tat.Torch.Model;
using Tat.Torch.Tasks;
using Tat.Torch.Training;

namespace Tat.Tests.Training;

public partial class TatEstimatorTests
{
    [TestMethod]
    public void Fine_tuning_scales_intensities_as_the_model_that_it_starts_from()
    {
        using var folder = new TemporaryFolder();
        using var start = new TatModel(new TatNetwork(TinyModel.Network), TaskVocabulary.Scans);
        start.Save(folder["start.safetensors"]);
        var pairs = _ml.ImageRestoration.LoadPairs(SampleImages.WriteLayout(folder, "MRI"));
        var training = _training with { InitialWeights = folder["start.safetensors"] };

        using var tuned = _ml.ImageRestoration.Trainers.Tat(Options(training)).Fit(pairs);
        CollectionAssert.AreEqual(new[] { RestorationTask.MriByVolume }, tuned.Tasks.ToArray());
        var error = Assert.ThrowsExactly<InvalidDataException>(() =>
            _ml.ImageRestoration.Trainers.Tat(Options(training, tasks: new(RestorationTask.Mri))).Fit(pairs));
        StringAssert.Contains(error.Message, "scale the intensities of MRI in another way (Volume) than this training (Fixed)");
    }

    [TestMethod]
    public void Fine_tuning_starts_from_a_file_and_the_card_names_it_without_its_folder()
    {
        using var folder = new TemporaryFolder();
        using var start = TinyModel.Create();
        start.Save(folder["start.safetensors"]);
        var pairs = _ml.ImageRestoration.LoadPairs(SampleImages.WriteLayout(folder, "CT"));
        using var tuned = _ml.ImageRestoration.Trainers.Tat(
            Options(training: _training with { InitialWeights = folder["start.safetensors"], LogFolder = folder["logs"] })).Fit(pairs);

        Assert.AreEqual("start.safetensors", tuned.Card.InitialWeights);
        Assert.IsFalse(tuned.Card.Training.Values.Any(value => value.Contains(folder.Path)), "the card tells no path");
    }

    [TestMethod]
    public void The_seed_of_the_context_is_that_of_the_training_unless_the_options_name_one()
    {
        using var folder = new TemporaryFolder();
        var root = SampleImages.WriteLayout(folder, "CT");

        Assert.AreEqual("7", SeedOf(new MLContext(seed: 7), _training));
        Assert.AreEqual("8", SeedOf(new MLContext(seed: 7), _training with { Seed = 8 }));
        Assert.AreEqual("42", SeedOf(new MLContext(), _training));

        string SeedOf(MLContext ml, TatTrainerOptions training)
        {
            using var model = ml.ImageRestoration.Trainers.Tat(Options(training: training)).Fit(ml.ImageRestoration.LoadPairs(root));
            return model.Card.Training["Seed"];
        }
    }

    [TestMethod]
    public void Training_starts_from_a_saved_pipeline_and_says_in_what_another_architecture_differs()
    {
        using var folder = new TemporaryFolder();
        var pairs = _ml.ImageRestoration.LoadPairs(SampleImages.WriteLayout(folder, "CT"));
        using (var first = _ml.ImageRestoration.CreateTransformer(TinyModel.Create()))
        {
            _ml.Model.Save(first, pairs.Schema, folder["tat.zip"]);
        }

        var training = _training with { InitialWeights = folder["tat.zip"] };
        using var tuned = _ml.ImageRestoration.Trainers.Tat(Options(training: training)).Fit(pairs);
        Assert.AreEqual("tat.zip", tuned.Card.InitialWeights);

        var network = TinyModel.Network with { RefinementBlocks = TinyModel.Network.RefinementBlocks + 1 };
        var error = Assert.ThrowsExactly<InvalidDataException>(() =>
            _ml.ImageRestoration.Trainers.Tat(new TatEstimator.Options { Network = network, Training = training }).Fit(pairs));
        StringAssert.Contains(error.Message, "tat.zip' are those of another architecture (RefinementBlocks is "
            + $"{TinyModel.Network.RefinementBlocks} there and {network.RefinementBlocks} here)");
    }
}
