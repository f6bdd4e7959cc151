using Tat.Torch.Inference;

namespace Tat.Samples.Commands;

/// <summary>Opens models of every kind that can restore.</summary>
internal static class ModelFiles
{
    public static IImageRestorer Open(string path) => throw new NotSupportedException($"'{path}' is not a model that can be opened.");
}
