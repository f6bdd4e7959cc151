using Microsoft.ML;
using Tat.MLNet.Scoring;
using Tat.Torch.Training;

namespace Tat.Samples.Shared.Training;

/// <summary>Where a training keeps its checkpoints: in the folder that the user gives, or in one beside the model, which goes when the model is complete.</summary>
internal sealed class TrainingCheckpoints(TrainingPlan plan, string target) : IDisposable
{
    private bool _isFinished;

    /// <summary>The folder.</summary>
    public string Folder { get; } = plan.Training.CheckpointFolder ?? Path.ChangeExtension(target, ".checkpoints");

    /// <summary>The model that training makes.</summary>
    public string Target => target;

    /// <summary>What to do after an interruption.</summary>
    public string HowToGoOn => $"The same command goes on from {Folder}, with --overwrite.";

    /// <summary>Saves a model together with the plan of its training.</summary>
    public void Save(MLContext ml, TatTransformer model) => ModelFiles.Save(ml, model, target, plan.Beside(target));

    /// <summary>Saves the best model of a training that has failed.</summary>
    /// <returns>Whether that could be done.</returns>
    public bool TrySaveBest(MLContext ml)
    {
        try
        {
            using var best = ml.ImageRestoration.CreateTransformer(TatTrainer.LoadCheckpoint(Folder));
            Save(ml, best);
            return true;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            // What made training fail is told, and is the cause of this, too.
            return false;
        }
    }

    /// <summary>Training is complete, and its model is saved.</summary>
    public void Finish() => _isFinished = true;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (plan.Training.CheckpointFolder is not null || !Directory.Exists(Folder) || !(_isFinished || !Directory.EnumerateFiles(Folder, "*.safetensors").Any()))
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
