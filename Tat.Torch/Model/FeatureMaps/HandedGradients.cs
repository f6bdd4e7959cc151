using static TorchSharp.torch;

namespace Tat.Torch.Model.FeatureMaps;

/// <summary>
/// The gradients that an autograd function in C# gives to LibTorch, which takes references of its own after the function has returned, and
/// tells nobody.
/// </summary>
internal static class HandedGradients
{
    [ThreadStatic]
    private static Tensor?[]? _last;

    /// <summary>
    /// Hands gradients over, and lets go of those that this thread handed over before: LibTorch has them, or has used them already.
    /// </summary>
    /// <param name="gradients">One for each argument of the function; <see langword="null"/> where none is asked for.</param>
    public static List<Tensor> Give(params Tensor?[] gradients)
    {
        Release();
        _last = gradients;
        return [.. gradients.Select(tensor => tensor?.DetachFromDisposeScope()!)];
    }

    /// <summary>Lets go of what this thread handed over last: for the end of a backward pass.</summary>
    public static void Release()
    {
        foreach (var tensor in _last ?? [])
        {
            tensor?.Dispose();
        }

        _last = null;
    }
}
