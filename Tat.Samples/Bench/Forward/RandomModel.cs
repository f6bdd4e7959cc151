using Tat.Torch.Files.Writing;
using Tat.Torch.Model;
using Tat.Torch.Tasks;
using static TorchSharp.torch;

namespace Tat.Samples.Bench.Forward;

/// <summary>A model with random weights and open gates, so that all of the network takes part.</summary>
internal static class RandomModel
{
    /// <summary>Writes one into a folder and gives its path.</summary>
    public static string Write(TatNetworkOptions network, WorkFolder folder)
    {
        var path = folder["model.safetensors"];
        using var model = new TatModel(new TatNetwork(network), TaskVocabulary.Paper);
        using (no_grad())
        {
            foreach (var (name, parameter) in model.Network.named_parameters())
            {
                if (name.EndsWith("lambda_dw", StringComparison.Ordinal))
                {
                    parameter.fill_(0.1f);
                }
            }
        }

        model.Save(path);
        return path;
    }
}
