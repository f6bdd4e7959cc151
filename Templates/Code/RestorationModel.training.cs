using Microsoft.ML;
using Tat.MLNet.Training;
using Tat.Torch.Losses;
using Tat.Torch.Model;
using Tat.Torch.Tasks;
using Tat.Torch.Training;

namespace Restoration;

/// <content>Training.</content>
public static partial class RestorationModel
{
    /// <summary>Trains a model on a folder of image pairs and saves it.</summary>
    /// <param name="outputModelPath">The file to write.</param>
    /// <param name="inputDataFolder">Pairs in the layout FOLDER/TASK/{train,validation}/{LQ,HQ}/NAME. Without a folder validation the last
    /// weights count, instead of the best.</param>
    public static void Train(string outputModelPath, string inputDataFolder)
    {
        var ml = new MLContext();
        var data = LoadIDataViewFromFolder(ml, inputDataFolder);
        var hasValidation = Directory.EnumerateDirectories(inputDataFolder).Any(task => Directory.Exists(Path.Combine(task, "validation")));
        var model = RetrainModel(ml, data, hasValidation ? LoadIDataViewFromFolder(ml, inputDataFolder, "validation") : null);
        SaveModel(ml, model, data, outputModelPath);
        (model as IDisposable)?.Dispose();
    }

    /// <summary>Loads the pairs of a folder; pixels are read when they are needed.</summary>
    /// <param name="ml">The context.</param>
    /// <param name="inputDataFolder">Pairs in the layout FOLDER/TASK/SPLIT/{LQ,HQ}/NAME.</param>
    /// <param name="split">train, validation or test.</param>
    public static IDataView LoadIDataViewFromFolder(MLContext ml, string inputDataFolder, string split = "train") =>
        ml.ImageRestoration.LoadPairs(inputDataFolder, split);

    /// <summary>Saves a model, once it is complete.</summary>
    public static void SaveModel(MLContext ml, ITransformer model, IDataView data, string modelSavePath)
    {
        var temporary = $"{modelSavePath}.tmp";
        ml.Model.Save(model, data.Schema, temporary);
        File.Move(temporary, modelSavePath, overwrite: true);
    }

    /// <summary>Trains the pipeline on pairs.</summary>
    /// <param name="ml">The context.</param>
    /// <param name="data">Pairs to learn from.</param>
    /// <param name="validation">Pairs by which the best weights are chosen; null for the last weights.</param>
    public static ITransformer RetrainModel(MLContext ml, IDataView data, IDataView? validation = null) =>
        BuildPipeline(ml, validation).Fit(data);

    /// <summary>The pipeline that makes the model, with all its options.</summary>
    /// <param name="ml">The context.</param>
    /// <param name="validation">Pairs by which the best weights are chosen; null for the last weights.</param>
    public static IEstimator<ITransformer> BuildPipeline(
        MLContext ml, IDataView? validation = null) => ml.ImageRestoration.Trainers.Tat(new TatEstimator.Options
        {
            Tasks = TaskVocabulary.Scans,
            Network = TatNetworkOptions.Small,
            Training = TatTrainerOptions.FineTuning with { InitialWeights = "pretrained" },
            ValidationSet = validation,
        });
}
