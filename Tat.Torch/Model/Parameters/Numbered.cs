using static TorchSharp.torch;

namespace Tat.Torch.Model.Parameters;

/// <summary>Modules under the numbers that they have in a published sequence, whose parameterless members leave gaps.</summary>
internal sealed class Numbered<T> : nn.Module
    where T : nn.Module
{
    private readonly Dictionary<int, T> _modules = [];

    public Numbered(params IEnumerable<(int Index, T Module)> modules)
        : base(nameof(Numbered<>))
    {
        foreach (var (index, module) in modules)
        {
            register_module(index.ToString(System.Globalization.CultureInfo.InvariantCulture), module);
            _modules.Add(index, module);
        }
    }

    public IEnumerable<T> All => _modules.Values;

    public T this[int index] => _modules[index];
}
