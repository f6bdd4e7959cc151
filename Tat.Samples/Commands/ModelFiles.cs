using Tat.Torch.Inference;
using Tat.Torch.Model;

namespace Tat.Samples.Commands;

/// <summary>Opens models of every kind that can restore.</summary>
internal static class ModelFiles
{
    private static readonly string[] _endings = [".safetensors"];

    /// <summary>Whether a name is that of a model.</summary>
    public static bool IsModelName(string path) => _endings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>Opens a model.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not a model, or damaged.</exception>
    public static IImageRestorer Open(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"The model '{path}' does not exist; train one, for example with the command quickstart, or give another --model.");
        }

        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".safetensors" => new Restorer(TatModel.Load(path), ownsModel: true),
            _ => throw new InvalidDataException($"'{path}' is not a model by its name; {string.Join(", ", _endings)} can be opened."),
        };
    }
}
