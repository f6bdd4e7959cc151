using Tat.Torch.Model;
using Tat.Torch.Tasks;
using static TorchSharp.torch;

namespace Tat.Torch.Checkpoints;

/// <summary>Information that a file of weights does not contain.</summary>
public sealed record WeightsImportOptions
{
    /// <summary>The tasks that the network has learnt.</summary>
    /// <value>The default is PET, CT and MRI of the paper.</value>
    public TaskVocabulary Tasks { get; init; } = TaskVocabulary.Paper;

    /// <summary>Side of the patches that the network was trained with, on which its attention windows depend.</summary>
    /// <value>The default is 128.</value>
    public int TrainSize { get; init; } = 128;

    /// <summary>The architecture.</summary>
    /// <value>The default, <see langword="null"/>, is to tell it from the shapes.</value>
    public TatNetworkOptions? Network { get; init; }

    /// <summary>Where the network goes.</summary>
    /// <value>The default, <see langword="null"/>, is the CPU.</value>
    public Device? Device { get; init; }
}
