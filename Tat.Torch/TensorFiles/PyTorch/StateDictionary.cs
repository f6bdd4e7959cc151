using Tat.Torch.Files;
namespace Tat.Torch.TensorFiles.PyTorch;

/// <summary>The weights of a file by their published names, whatever containers and prefixes they came in.</summary>
/// <param name="Weights">Shape of each tensor, and how to read its numbers in row-major order.</param>
/// <param name="Prefix">What stood before the names, for example <c>module.</c> or <c>ema_model.</c>; empty in most files.</param>
/// <param name="Others">What stood before the names of other sets of weights in the file.</param>
internal sealed record StateDictionary(IReadOnlyDictionary<string, StoredWeights> Weights, string Prefix, IReadOnlyList<string> Others)
{
    /// <summary>A tensor that every TAT network has, by which its weights are found.</summary>
    private const string Landmark = "patch_embed.proj.weight";

    /// <summary>What tools that count operations leave beside the weights.</summary>
    private static readonly string[] _counters = ["total_ops", "total_params"];
    private static readonly string[] _averages = ["ema", "averaged", "average", "avg", "swa", "shadow"];
    private const int DeepestContainer = 8;
    private const int EntrySize = 256;

    /// <summary>Sets of weights that a file may hold: a few networks, each with averages.</summary>
    private const int MostSets = 64;

    /// <summary>
    /// How often a number may be part of tensors: online and averaged weights may be tied, a small file that unfolds to gigabytes may not.
    /// </summary>
    private const int MostSharing = 4;

    /// <summary>Finds the weights in what a PyTorch file holds: a state_dict, or an object with one somewhere inside.</summary>
    /// <exception cref="InvalidDataException">There are none.</exception>
    public static StateDictionary Find(object? value, MemoryMeter meter)
    {
        var all = new Dictionary<string, StoredWeights>();
        var storages = new HashSet<TensorStorage>(ReferenceEqualityComparer.Instance);
        var claimed = 0.0;
        Collect(value, "", 0);
        return claimed <= MostSharing * storages.Sum(storage => (double)storage.Count)
            ? Find(all)
            : throw new InvalidDataException("its tensors share so few numbers that they cannot be the weights of a network");

        void Collect(object? item, string path, int depth)
        {
            meter.Take(EntrySize + (4L * path.Length));
            if (item is StoredTensor tensor)
            {
                all[path.TrimEnd('.')] = new(tensor.Shape, tensor.ToArray);
                storages.Add(tensor.Storage);
                claimed += tensor.Count;
            }
            else if (item is PickleDictionary dictionary && depth < DeepestContainer)
            {
                foreach (var (key, inner) in dictionary.Items.Where(entry => entry.Key is string))
                {
                    Collect(inner, $"{path}{key}.", depth + 1);
                }
            }
        }
    }

    /// <summary>
    /// Finds the weights of a TAT network among tensors, by the name of its first convolution; averaged weights come before others.
    /// </summary>
    /// <exception cref="InvalidDataException">There are none.</exception>
    public static StateDictionary Find(IReadOnlyDictionary<string, StoredWeights> all)
    {
        string[] prefixes =
        [
            .. all.Keys.Where(key => key == Landmark || key.EndsWith($".{Landmark}", StringComparison.Ordinal))
                .Select(key => key[..^Landmark.Length])
                .OrderByDescending(IsAveraged).ThenBy(prefix => prefix.Length).ThenBy(prefix => prefix, StringComparer.Ordinal),
        ];
        if (prefixes.Length == 0)
        {
            var some = string.Join(", ", all.Keys.Take(5));
            throw new InvalidDataException($"it has no tensor '{Landmark}', so it is not a TAT network; "
                + (some.Length > 0 ? $"it has {MessageText.Amount(all.Count, "tensor")}, such as {some}" : "it has no tensors by name"));
        }

        if (prefixes.Length > MostSets)
        {
            throw new InvalidDataException($"it has {prefixes.Length} sets of weights, where a training saves a few; save one alone");
        }

        var (chosen, others) = (prefixes[0], prefixes[1..]);
        bool IsOfOthers(string key) => others.Any(other => other.Length > chosen.Length && key.StartsWith(other, StringComparison.Ordinal));
        return new(
            all.Where(entry =>
                entry.Key.StartsWith(chosen, StringComparison.Ordinal) && !IsOfOthers(entry.Key)
                    && !_counters.Any(name => entry.Key.EndsWith(name, StringComparison.Ordinal)))
                    .ToDictionary(entry => entry.Key[chosen.Length..], entry => entry.Value), chosen, others);
    }

    /// <summary>Says which of several sets of weights was taken, as the rest of a sentence; empty where there is one alone.</summary>
    public string Choice =>
        Others.Count == 0 ? "" : $", of {Others.Count + 1} sets that of "
            + $"{Show(Prefix)}{(IsAveraged(Prefix) ? ", which is averaged (EMA)" : ", and none is averaged (EMA)")}; the others are "
            + $"{string.Join(", ", Others.Select(Show))}";

    private static bool IsAveraged(string prefix) =>
        prefix.Split('.', '_', '-').Any(word => _averages.Contains(word, StringComparer.OrdinalIgnoreCase));

    private static string Show(string prefix) => prefix.Length == 0 ? "no prefix" : $"'{prefix.TrimEnd('.')}'";
}

/// <summary>A stored tensor: its shape, and how to read its numbers.</summary>
internal sealed record StoredWeights(long[] Shape, Func<float[]> Read);
