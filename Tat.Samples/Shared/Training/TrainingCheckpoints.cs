using Microsoft.ML;
using Tat.MLNet.Scoring;
using Tat.Torch.Training;

namespace Tat.Samples.Shared.Training;

/// <summary>
/// Where a training keeps its checkpoints: in the folder that the user gives, or in one beside the model, which goes when the model is
/// complete.
/// </summary>
internal sealed class TrainingCheckpoints(string? given, string target) : IDisposable
{
    private bool _isFinished;

    /// <summary>The folder.</summary>
    public string Folder { get; } = given ?? Path.ChangeExtension(target, ".checkpoints");

    /// <summary>The model that training makes.</summary>
    public string Target => target;

    /// <summary>What to do after an interruption.</summary>
    public string HowToGoOn => $"The same command goes on from {Folder}.";

    /// <summary>
    /// Whether the model that is there comes from a training that they go on with: it was cut short, or has not ended, so that the model is
    /// no result yet.
    /// </summary>
    public bool AreOfHalfDone => AreThere && File.Exists(target)
        && (given is null || new MLContext().ImageRestoration.ReadModelInfo(target).Card.WasCancelled);

    /// <summary>Whether there are any.</summary>
    public bool AreThere => Directory.Exists(Folder) && Directory.EnumerateFiles(Folder, "*.safetensors").Any();

    /// <summary>Saves the best model of a training that has failed.</summary>
    /// <returns>Whether that could be done.</returns>
    public bool TrySaveBest(MLContext ml, TrainingPlan plan)
    {
        try
        {
            using var best = ml.ImageRestoration.CreateTransformer(TatTrainer.LoadCheckpoint(Folder));
            ModelFiles.Save(ml, best, target, plan.Beside(target));
            return true;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            // What made training fail is told, and is the cause of this, too.
            return false;
        }
    }

    /// <summary>Keeps a trained model that cannot be saved under its name among the temporary files, for its owner alone.</summary>
    /// <returns>What the user should know.</returns>
    public string KeepElsewhere(MLContext ml, TatTransformer model)
    {
        try
        {
            var path = Path.Combine(Directory.CreateTempSubdirectory("tat-training-").FullName, Path.GetFileName(target));
            ModelFiles.Save(ml, model, path);
            return $"{target} cannot be written; the model is kept in {path}.";
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return $"Neither {target} nor the folder for temporary files can be written. {(AreThere ? HowToGoOn : "The model is lost.")}";
        }
    }

    /// <summary>Training is complete, and its model is saved.</summary>
    public void Finish() => _isFinished = true;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (given is not null || !Directory.Exists(Folder) || (!_isFinished && AreThere))
        {
            return;
        }

        try
        {
            foreach (var file in Directory.GetFiles(Folder, "checkpoint-*").Append(Path.Combine(Folder, "training.lock")))
            {
                File.Delete(file);
            }

            Directory.Delete(Folder);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // It takes space and does no harm.
        }
    }
}
