using Tat.Torch.Model;
using Tat.Torch.Tasks;

namespace Tat.Tests.Scoring;

internal static class TinyModel
{
    public static TatNetworkOptions Network { get; } = new()
    {
        Width = 8,
        Blocks = [1, 1, 1, 1],
        RefinementBlocks = 1,
        RepresentationFeatures = 8,
        TrainSize = 32,
    };

    /// <summary>A model with random weights.</summary>
    public static TatModel Create(ulong seed = 1) => new(new TatNetwork(Network, seed), TaskVocabulary.Paper, new ModelCard { Data = "waves", Iterations = 7 });
}
