namespace Tat.Torch.Onnx;

/// <summary>A tensor or sequence of a graph, by name.</summary>
internal readonly record struct Value(string Name)
{
    /// <summary>An operand that is left out.</summary>
    public static Value None { get; } = new("");
}
