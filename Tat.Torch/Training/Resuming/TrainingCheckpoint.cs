using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tat.Torch.Files;
using Tat.Torch.Model;
using Tat.Torch.Tasks;
using Tat.Torch.TensorFiles;
using Tat.Torch.Training.Optimization;
using Tat.Torch.Training.Steps;
using static TorchSharp.torch;

namespace Tat.Torch.Training.Resuming;

/// <summary>A checkpoint file: all that training needs to go on exactly where it was, in one safetensors file with a checksum.</summary>
/// <remarks>
/// Tensors: <c>values</c> (weights of network and balancer), <c>moment1</c>, <c>moment2</c> (AdamW; of weights that Muon has, its momentum
/// is in <c>moment1</c>), <c>average</c> and, if there was a validation, <c>best</c>; each is one vector in the order of the layout.
/// Metadata: the manifest as JSON and an XXH3-128 of the manifest and all data.
/// </remarks>
internal static class TrainingCheckpoint
{
    private const string ManifestKey = "manifest";
    private const string ChecksumKey = "checksum";

    /// <summary>Writes a checkpoint to a stream.</summary>
    public static void Write(Stream stream, TrainingState state, CheckpointManifest manifest)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var vectors = Vectors(state).ToDictionary(item => item.Key, item => item.Value.cpu());
        var text = JsonSerializer.Serialize(manifest, CheckpointJson.Default.CheckpointManifest);
        SafetensorsWriter.Write(stream, vectors,
            new Dictionary<string, string> { [ManifestKey] = text, [ChecksumKey] = Checksum(text, vectors) });
    }

    /// <summary>Reads what a checkpoint says of itself, without its tensors.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static CheckpointManifest ReadManifest(string path)
    {
        using var stream = RegularFile.Open(path);
        return Parse(new SafetensorsReader(stream, path).Metadata, path);
    }

    /// <summary>Checks a checkpoint as a whole and puts it into a state of the same layout.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or of another network.</exception>
    public static CheckpointManifest ReadInto(string path, TrainingState state)
    {
        using var scope = NewDisposeScope();
        var (manifest, vectors) = ReadWhole(path);
        state.KeepAsBest(vectors.GetValueOrDefault("best"));
        foreach (var (name, target) in Vectors(state))
        {
            if (!vectors.TryGetValue(name, out var source) || source.numel() != target.numel() || source.dtype != target.dtype)
            {
                throw new InvalidDataException(
                    $"'{path}' is of another network: its '{name}' does not have {target.numel()} numbers of {target.dtype}.");
            }
        }

        using var noGrad = no_grad();
        foreach (var (name, target) in Vectors(state))
        {
            target.copy_(vectors[name]);
        }

        state.Counters = manifest.Counters;
        return manifest;
    }

    /// <summary>
    /// Checks a checkpoint as a whole and makes a model of its best averaged weights, or of the present ones where none were validated.
    /// </summary>
    /// <exception cref="InvalidDataException">It is damaged, or does not say of which network it is.</exception>
    public static TatModel ReadModel(string path, (TatNetworkOptions Network, TaskVocabulary Tasks)? earlier)
    {
        using var scope = NewDisposeScope();
        var (manifest, vectors) = ReadWhole(path);
        var (architecture, tasks, card) = manifest.Model is { } model ? TatModelFormat.Read(model, $"'{path}'")
            : earlier is { } known ? (known.Network, known.Tasks, new ModelCard())
            : throw new InvalidDataException($"'{path}' is of an earlier version and does not say of which network it is.");
        using var laidOut = TatNetwork.CreateUninitialized(architecture);
        using var parameters = new FlatParameters(
            laidOut.named_parameters().Select(named => (named.name, named.parameter)), withGradients: false);
        var weights = vectors.GetValueOrDefault("best") ?? vectors["average"];
        if (weights.numel() != parameters.Values.numel())
        {
            throw new InvalidDataException(
                $"'{path}' is of another network: it has {weights.numel()} numbers in place of {parameters.Values.numel()}.");
        }

        using (no_grad())
        {
            parameters.Values.copy_(weights);
        }

        var network = TatNetwork.CreateUninitialized(architecture);
        NetworkWeights.Copy(laidOut.named_parameters().ToDictionary(named => named.name, named => (Tensor)named.parameter), network, path);
        NetworkWeights.CheckFinite(network, path);
        return new(network, tasks, card);
    }

    private static (CheckpointManifest Manifest, Dictionary<string, Tensor> Vectors) ReadWhole(string path)
    {
        using var stream = RegularFile.Open(path);
        var reader = new SafetensorsReader(stream, path);
        var manifest = Parse(reader.Metadata, path);
        var vectors = reader.ReadAll();
        return reader.Metadata.GetValueOrDefault(ChecksumKey) == Checksum(reader.Metadata[ManifestKey], vectors)
            ? (manifest, vectors)
            : throw new InvalidDataException($"'{path}' is damaged: its checksum does not match its content.");
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> Vectors(TrainingState state)
    {
        yield return new("values", state.Parameters.Values);
        yield return new("moment1", state.Optimizer.Moment1);
        yield return new("moment2", state.Optimizer.Moment2);
        yield return new("average", state.Average.Values);
        if (state.Best is not null)
        {
            yield return new("best", state.Best);
        }
    }

    private static CheckpointManifest Parse(IReadOnlyDictionary<string, string> metadata, string path)
    {
        try
        {
            if (!metadata.TryGetValue(ManifestKey, out var text))
            {
                throw new InvalidDataException($"'{path}' is not a training checkpoint: it has no manifest.");
            }

            var manifest = JsonDefaults.Parse(text, CheckpointJson.Default.CheckpointManifest);
            if (manifest[nameof(CheckpointManifest.Counters)] is JsonObject counters)
            {
                JsonDefaults.Complete(counters, new(), CheckpointJson.Default.TrainingCounters);
            }

            return manifest.Deserialize(CheckpointJson.Default.CheckpointManifest) ?? throw new JsonException("it is null.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"'{path}' is damaged: its manifest is not readable.", exception);
        }
    }

    private static string Checksum(string manifest, IReadOnlyDictionary<string, Tensor> vectors)
    {
        var hash = new XxHash128();
        hash.Append(Encoding.UTF8.GetBytes(manifest));
        foreach (var (name, vector) in vectors.OrderBy(item => item.Key, StringComparer.Ordinal))
        {
            hash.Append(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{name} {vector.dtype} {vector.numel()}")));
            hash.Append(vector.bytes);
        }

        return $"xxh3-128:{Convert.ToHexStringLower(hash.GetCurrentHash())}";
    }
}
