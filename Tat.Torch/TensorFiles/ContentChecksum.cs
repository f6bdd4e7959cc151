using System.Globalization;
using System.IO.Hashing;
using System.Text;
using static TorchSharp.torch;

namespace Tat.Torch.TensorFiles;

/// <summary>
/// The checksum that a model carries: an XXH3-128 of its description, of the names, types and shapes of its weights, and of their bytes in
/// the order of the file.
/// </summary>
internal sealed class ContentChecksum
{
    /// <summary>The entry of a model's description that holds it.</summary>
    public const string Key = "tat.checksum";

    private readonly XxHash128 _hash = new();

    /// <summary>Begins with all but the bytes of the weights.</summary>
    public ContentChecksum(IEnumerable<KeyValuePair<string, string>> description,
        IEnumerable<(string Name, ScalarType Type, long[] Shape)> weights)
    {
        foreach (var (key, value) in description.Where(entry => entry.Key != Key).OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            Append($"{key}={value}\n");
        }

        foreach (var (name, type, shape) in weights)
        {
            Append(string.Create(CultureInfo.InvariantCulture, $"{name}:{SafetensorsTypes.Name(type)}[{string.Join(',', shape)}]\n"));
        }
    }

    /// <summary>Goes on with bytes of weights.</summary>
    public void Append(ReadOnlySpan<byte> bytes) => _hash.Append(bytes);

    /// <summary>The checksum as text.</summary>
    public override string ToString() => Format(_hash);

    /// <summary>The checksum of a text.</summary>
    public static string Of(string text)
    {
        var hash = new XxHash128();
        hash.Append(Encoding.UTF8.GetBytes(text));
        return Format(hash);
    }

    /// <summary>A checksum as text.</summary>
    public static string Format(XxHash128 hash) => $"xxh3-128:{Convert.ToHexStringLower(hash.GetCurrentHash())}";

    private void Append(string text) => _hash.Append(Encoding.UTF8.GetBytes(text));
}
