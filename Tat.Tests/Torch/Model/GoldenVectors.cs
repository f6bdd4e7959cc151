using Tat.Torch.Model;
using Tat.Torch.TensorFiles;
using TorchSharp;
using static TorchSharp.torch;

namespace Tat.Tests.Model;

/// <summary>The numbers of the published program, from Golden/network.safetensors, and a network with their weights.</summary>
internal sealed class GoldenVectors : IDisposable
{
    private readonly Dictionary<string, Tensor> _tensors;

    public GoldenVectors()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Golden", "network.safetensors");
        using var stream = File.OpenRead(path);
        var reader = new SafetensorsReader(stream, path);
        Metadata = reader.Metadata;
        _tensors = reader.ReadAll();
    }

    /// <summary>The architecture behind the numbers.</summary>
    public static TatNetworkOptions Options { get; } = new()
    {
        Width = 8,
        Blocks = [1, 1, 1, 2],
        RefinementBlocks = 1,
        RepresentationFeatures = 8,
        TrainSize = 32,
    };

    public IReadOnlyDictionary<string, string> Metadata { get; }

    public IEnumerable<string> Names => _tensors.Keys;

    public Tensor this[string name] => _tensors[name];

    public TatNetwork CreateNetwork()
    {
        var network = new TatNetwork(Options);
        using (no_grad())
        {
            foreach (var (name, parameter) in network.named_parameters())
            {
                parameter.copy_(_tensors[$"w.{name}"]);
            }
        }

        return network;
    }

    public void Dispose()
    {
        foreach (var tensor in _tensors.Values)
        {
            tensor.Dispose();
        }
    }

    /// <summary>Fails unless two tensors have the same shape and differ by at most a tolerance anywhere.</summary>
    public static void AssertClose(Tensor expected, Tensor actual, double tolerance, string what)
    {
        CollectionAssert.AreEqual(expected.shape, actual.shape, what);
        using var difference = (expected.to(ScalarType.Float64) - actual.to(ScalarType.Float64)).abs().max();
        var largest = difference.ToDouble();
        Assert.IsTrue(largest <= tolerance, $"{what} differs by up to {largest:g3}");
    }
}
