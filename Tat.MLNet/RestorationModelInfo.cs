using Tat.Torch.Model;
using Tat.Torch.Tasks;

namespace Tat.MLNet;

/// <summary>What a model file says of its model; read without loading the weights.</summary>
/// <param name="Card">What the model is and how it was made.</param>
/// <param name="Tasks">The tasks that it has learnt, with units, ranges and metric windows.</param>
/// <param name="Network">Its architecture.</param>
public sealed record RestorationModelInfo(ModelCard Card, TaskVocabulary Tasks, TatNetworkOptions Network);
