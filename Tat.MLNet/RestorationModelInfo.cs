using Tat.Torch.Model;
using Tat.Torch.Tasks;

namespace Tat.MLNet;

/// <summary>The description in a model file, read without loading the weights.</summary>
/// <param name="Card">The identity and origin of the model.</param>
/// <param name="Tasks">The tasks that it was trained for, with units, ranges and metric windows.</param>
/// <param name="Network">Its architecture.</param>
public sealed record RestorationModelInfo(ModelCard Card, TaskVocabulary Tasks, TatNetworkOptions Network);
