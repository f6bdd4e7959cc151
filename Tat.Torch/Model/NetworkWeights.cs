using Tat.Torch.TensorFiles;
using static TorchSharp.torch;

namespace Tat.Torch.Model;

/// <summary>Fills a network with weights under their published names.</summary>
internal static class NetworkWeights
{
    /// <summary>
    /// Reads all parameters of a network on the CPU from a safetensors file; every name must be there with its shape, and no other.
    /// </summary>
    /// <exception cref="InvalidDataException">A tensor is missing, unknown, or of another shape.</exception>
    public static void Read(SafetensorsReader reader, TatNetwork network, string source)
    {
        var parameters = network.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter);
        Check(parameters.ToDictionary(pair => pair.Key, pair => pair.Value.shape),
            reader.Entries.ToDictionary(entry => entry.Name, entry => entry.Shape), source);
        using var constant = no_grad();
        foreach (var entry in reader.Entries)
        {
            using var scope = NewDisposeScope();
            var parameter = parameters[entry.Name];
            if (entry.Type == parameter.dtype)
            {
                reader.ReadInto(parameter, entry);
                continue;
            }

            var stored = empty(entry.Shape, entry.Type);
            reader.ReadInto(stored, entry);
            parameter.copy_(stored);
        }

        reader.VerifyChecksum();
        CheckFinite(network, source);
    }

    /// <summary>Refuses a network with weights that are no numbers.</summary>
    /// <param name="network">The network.</param>
    /// <param name="source">What to call its file in the message.</param>
    /// <exception cref="InvalidDataException">A weight is NaN or infinite.</exception>
    public static void CheckFinite(TatNetwork network, string source)
    {
        using var scope = NewDisposeScope();
        using var constant = no_grad();
        foreach (var (name, parameter) in network.named_parameters())
        {
            if (!parameter.isfinite().all().item<bool>())
            {
                throw new InvalidDataException($"'{source}' has weights that are NaN or infinite ('{name}'): its training has failed, or "
                    + "the file is damaged. Use an earlier checkpoint, or another file.");
            }
        }
    }

    /// <summary>Copies weights into a network; every name must be there with its shape, and no other.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing, unknown, or of another shape.</exception>
    public static void Copy(IReadOnlyDictionary<string, Tensor> weights, TatNetwork network, string source)
    {
        var parameters = network.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter);
        Check(parameters.ToDictionary(pair => pair.Key, pair => pair.Value.shape),
            weights.ToDictionary(pair => pair.Key, pair => pair.Value.shape), source);
        using var constant = no_grad();
        foreach (var (name, parameter) in parameters)
        {
            parameter.copy_(weights[name]);
        }
    }

    private static void Check(Dictionary<string, long[]> expected, Dictionary<string, long[]> found, string source)
    {
        foreach (var (name, shape) in expected)
        {
            if (!found.TryGetValue(name, out var actual))
            {
                throw Mismatch(source, $"the weights '{name}' are missing");
            }

            if (!shape.AsSpan().SequenceEqual(actual))
            {
                throw Mismatch(
                    source, $"the weights '{name}' have the shape [{string.Join(", ", actual)}] where [{string.Join(", ", shape)}] is due");
            }
        }

        if (found.Keys.FirstOrDefault(name => !expected.ContainsKey(name)) is { } unknown)
        {
            throw Mismatch(source, $"it has weights '{unknown}', which the network does not have");
        }
    }

    private static InvalidDataException Mismatch(string source, string problem) =>
        new($"'{source}' does not fit the network: {problem}; use the architecture that the weights were trained with.");
}
