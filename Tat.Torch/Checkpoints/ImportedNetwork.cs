using Tat.Torch.Model;
using Tat.Torch.TensorFiles.PyTorch;
using static TorchSharp.torch;

namespace Tat.Torch.Checkpoints;

/// <summary>A network made of weights by their published names.</summary>
internal static class ImportedNetwork
{
    /// <summary>Builds a network.</summary>
    /// <param name="dictionary">The weights by name.</param>
    /// <param name="options">The architecture, or what their shapes do not tell of it.</param>
    /// <param name="path">Where they came from, for messages.</param>
    /// <exception cref="InvalidDataException">They do not fit, or are not finite.</exception>
    public static TatNetwork Build(StateDictionary dictionary, WeightsImportOptions options, string path)
    {
        var architecture = options.Network ?? NetworkInference.Infer(dictionary.Weights, options.TrainSize);
        try
        {
            architecture.Validate();
        }
        catch (ArgumentException exception)
        {
            throw new InvalidDataException($"its shapes do not belong to any TAT network: {exception.Message}", exception);
        }

        // Parameters announced by the file bound the memory that is taken for the network.
        var announced = dictionary.Weights.Values.Sum(tensor => tensor.Shape.Aggregate(1.0, (product, side) => product * side));
        if (architecture.ParameterCount > announced)
        {
            throw Mismatch(dictionary, architecture);
        }

        var network = TatNetwork.CreateUninitialized(architecture);
        try
        {
            Fill(network, dictionary, architecture);
            NetworkWeights.CheckFinite(network, path);
        }
        catch
        {
            network.Dispose();
            throw;
        }

        return network;
    }

    private static void Fill(TatNetwork network, StateDictionary dictionary, TatNetworkOptions architecture)
    {
        var parameters = network.named_parameters().ToList();
        if (parameters.Count != dictionary.Weights.Count
            || parameters.Any(named =>
                !dictionary.Weights.TryGetValue(named.name, out var weights) || !weights.Shape.SequenceEqual(named.parameter.shape)))
        {
            throw Mismatch(dictionary, architecture);
        }

        using var noGrad = no_grad();
        foreach (var (name, parameter) in parameters)
        {
            using var scope = NewDisposeScope();
            parameter.copy_(tensor(dictionary.Weights[name].Read(), parameter.shape));
        }
    }

    /// <summary>Names the first tensor of each kind by which a file and an architecture differ, and counts the others.</summary>
    private static InvalidDataException Mismatch(StateDictionary dictionary, TatNetworkOptions architecture)
    {
        using var reference = TatNetwork.CreateUninitialized(architecture);
        var expected = reference.named_parameters().ToDictionary(named => named.name, named => named.parameter.shape);
        string[] problems =
        [
            .. First([.. expected.Keys.Except(dictionary.Weights.Keys).Select(name => $"{name} is missing")]),
            .. First([.. dictionary.Weights.Keys.Except(expected.Keys).Select(name => $"{name} is unknown")]),
            .. First([.. expected.Where(item =>
                dictionary.Weights.TryGetValue(item.Key, out var weights) && !weights.Shape.SequenceEqual(item.Value))
                .Select(item => $"{item.Key} is [{string.Join(", ", dictionary.Weights[item.Key].Shape)}] in place of "
                    + $"[{string.Join(", ", item.Value)}]")]),
        ];
        return new($"it does not fit a network of width {architecture.Width}, blocks {string.Join("-", architecture.Blocks)} and "
            + $"{architecture.RefinementBlocks} refinement blocks: {string.Join("; ", problems)}");

        static IEnumerable<string> First(string[] kind) => kind.Length > 1 ? [$"{kind[0]} (and {kind.Length - 1} more)"] : kind;
    }
}
