namespace Tat.Torch.TensorFiles.PyTorch;

/// <summary>A Python tuple.</summary>
internal sealed record PickleTuple(object?[] Items);

/// <summary>A Python dict or OrderedDict, in order.</summary>
internal sealed class PickleDictionary
{
    public List<(object? Key, object? Value)> Items { get; } = [];
}

/// <summary>
/// An object that is not part of weights, such as a NumPy scalar or the options of a program: kept as a place without content.
/// </summary>
internal sealed record PickleIgnored(string Name);

/// <summary>The name of a Python class or function. It stands for itself and is never looked up or run.</summary>
internal sealed record PickleGlobal(string Module, string Name)
{
    public override string ToString() => $"{Module}.{Name}";
}
