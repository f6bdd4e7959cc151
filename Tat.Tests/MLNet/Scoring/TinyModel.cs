using Tat.Tests.Training;
using Tat.Torch.Model;
using Tat.Torch.Tasks;

namespace Tat.Tests.Scoring;

internal static class TinyModel
{
    public static TatNetworkOptions Network => NoisyWaves.TinyNetwork;

    /// <summary>A model with random weights.</summary>
    public static TatModel Create(ulong seed = 1) =>
        new(new TatNetwork(Network, seed), TaskVocabulary.Paper, new ModelCard { Data = "waves", Iterations = 7 });
}
