using Tat.Torch.Checkpoints;
using Tat.Torch.Model;
using Tat.Torch.Options;
using Tat.Torch.Tasks;

namespace Tat.Torch.Training;

/// <summary>The weights that a training starts with, where they are not random.</summary>
internal static class InitialWeights
{
    /// <summary>Reads them; they must be of the same architecture, and of tasks that are scaled in the same way.</summary>
    /// <exception cref="InvalidDataException">They are not.</exception>
    public static TatNetwork Load(TatNetworkOptions network, TaskVocabulary tasks, string path)
    {
        // Bare weights do not say what they were trained on: their tasks are those of this training.
        var model = WeightsFile.Import(path, new() { Network = network, Tasks = tasks });
        var problem = model.Network.Options with { TrainSize = network.TrainSize } != network
            ? $"are those of another architecture: make the network options the same ({OptionsText.Show(OptionsText.Describe(model.Network.Options))})."
            : tasks.FirstOrDefault(task => model.Tasks.TryGet(task.Name, out var known) && known.Scaling != task.Scaling) is { } other
                ? $"scale the intensities of {other} in another way ({model.Tasks[other.Name].Scaling}) than this training ({other.Scaling}): train with the tasks of that model."
                : null;
        if (problem is null)
        {
            return model.Network;
        }

        model.Dispose();
        throw new InvalidDataException($"The initial weights '{path}' {problem}");
    }
}
