using Tat.Torch.Checkpoints;
using Tat.Torch.Files;
using Tat.Torch.Model;
using Tat.Torch.Tasks;
using Tat.Torch.Training.Resuming;

namespace Tat.Torch.Training;

/// <summary>The weights that a training starts from, if it does not start from random ones.</summary>
internal static class InitialWeights
{
    /// <summary>Loads the network that the options name; <see langword="null"/> where they name none.</summary>
    /// <exception cref="InvalidDataException">The weights are of another architecture, or of tasks that are scaled in another
    /// way.</exception>
    public static TatNetwork? Load(TatNetworkOptions network, TaskVocabulary tasks, TatTrainerOptions options)
    {
        if (options.InitialWeights is not { } path)
        {
            return null;
        }

        // Bare weights do not say what they were trained on: their tasks are those of this training.
        var model = Directory.Exists(path)
            ? CheckpointStore.LoadModel(path, (network, tasks))
            : WeightsFile.Import(path, new() { Network = network, Tasks = tasks });
        var wanted = network with { TrainSize = model.Network.Options.TrainSize };
        var problem = model.Network.Options != wanted
            ? $"are those of another architecture ({OptionsText.Differences(model.Network.Options, wanted, "there", "here")}): make the "
                + "network options the same."
            : tasks.FirstOrDefault(task => model.Tasks.TryGet(task.Name, out var known) && known.Scaling != task.Scaling) is { } other
                ? $"scale the intensities of {other} in another way ({model.Tasks[other.Name].Scaling}) than this training "
                    + $"({other.Scaling}): train with the tasks of that model."
                : null;
        if (problem is null)
        {
            return model.Network;
        }

        model.Dispose();
        throw new InvalidDataException($"The initial weights '{path}' {problem}");
    }
}
