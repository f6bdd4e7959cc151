using Tat.Torch.Files;
namespace Tat.Torch.TensorFiles.PyTorch;

/// <summary>The weights of a file by their published names, whatever containers and prefixes they came in.</summary>
/// <param name="Weights">Shape of each tensor, and how to read its numbers in row-major order.</param>
internal sealed record StateDictionary(IReadOnlyDictionary<string, StoredWeights> Weights)
{
    /// <summary>A tensor that every TAT network has, by which its weights are found.</summary>
    private const string Landmark = "patch_embed.proj.weight";

    /// <summary>What tools that count operations leave beside the weights.</summary>
    private static readonly string[] _counters = ["total_ops", "total_params"];
    private const int DeepestContainer = 8;
    private const int EntrySize = 256;

    /// <summary>How often a number may be part of tensors: online and averaged weights may be tied, a small file that unfolds to gigabytes may not.</summary>
    private const int MostSharing = 4;

    /// <summary>Finds the weights in what a PyTorch file holds: a state_dict, or a checkpoint with one somewhere inside.</summary>
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

    /// <summary>Finds the weights of a TAT network among tensors, by the name of its first convolution; averaged weights come before others.</summary>
    /// <exception cref="InvalidDataException">There are none.</exception>
    public static StateDictionary Find(IReadOnlyDictionary<string, StoredWeights> all)
    {
        string[] prefixes =
        [
            .. all.Keys.Where(key => key == Landmark || key.EndsWith($".{Landmark}", StringComparison.Ordinal)).Select(key => key[..^Landmark.Length])
                .OrderByDescending(prefix => prefix.Contains("ema", StringComparison.OrdinalIgnoreCase)).ThenBy(prefix => prefix.Length),
        ];
        if (prefixes.Length == 0)
        {
            var some = string.Join(", ", all.Keys.Take(5));
            throw new InvalidDataException($"it has no tensor '{Landmark}', so it is not a TAT network{(some.Length > 0 ? $"; it has {all.Count} tensors, such as {some}" : "; it has no tensors by name")}");
        }

        var chosen = prefixes[0];
        return new(all.Where(entry => entry.Key.StartsWith(chosen, StringComparison.Ordinal) && !_counters.Any(name => entry.Key.EndsWith(name, StringComparison.Ordinal))).ToDictionary(entry => entry.Key[chosen.Length..], entry => entry.Value));
    }
}

/// <summary>A stored tensor: its shape, and how to read its numbers.</summary>
internal sealed record StoredWeights(long[] Shape, Func<float[]> Read);
