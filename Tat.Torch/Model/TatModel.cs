using System.Globalization;
using Tat.Torch.Files;
using Tat.Torch.Files.Writing;
using Tat.Torch.Tasks;
using Tat.Torch.TensorFiles;
using TorchSharp;
using static TorchSharp.torch;

namespace Tat.Torch.Model;

/// <summary>A network together with its tasks and its model card: everything that restoring requires.</summary>
/// <remarks>
/// Saved as one safetensors stream: the weights under their published names, the rest as JSON in its metadata. The same model gives the
/// same bytes. A checksum of all of it is verified by loading. Safe for concurrent use.
/// </remarks>
public sealed class TatModel : IDisposable
{
    /// <summary>Puts a model together.</summary>
    /// <param name="network">The network; the model owns it from here on.</param>
    /// <param name="tasks">The tasks that it has learnt.</param>
    /// <param name="card">How it was made; <see langword="null"/> where nothing is known.</param>
    public TatModel(TatNetwork network, TaskVocabulary tasks, ModelCard? card = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(tasks);
        Network = network;
        Tasks = tasks;
        Card = card ?? new ModelCard();
    }

    /// <summary>The network.</summary>
    public TatNetwork Network { get; }

    /// <summary>The tasks that the network has learnt.</summary>
    public TaskVocabulary Tasks { get; }

    /// <summary>The identity and origin of the model.</summary>
    public ModelCard Card { get; }

    /// <summary>Loads a model from a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="device">Where the network goes; <see langword="null"/> for the CPU.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is damaged, not a model or of a newer version, or has weights that are NaN.</exception>
    public static TatModel Load(string path, Device? device = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var stream = RegularFile.Open(path, 1 << 20);
        return Load(stream, path, device);
    }

    /// <summary>Loads a model from a stream.</summary>
    /// <param name="stream">Positioned at the model's first byte; need not be seekable; stays open.</param>
    /// <param name="device">Where the network goes; <see langword="null"/> for the CPU.</param>
    /// <exception cref="InvalidDataException">The data is damaged, not a model or of a newer version, or has weights that are
    /// NaN.</exception>
    public static TatModel Load(Stream stream, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Load(stream, "model", device);
    }

    /// <summary>
    /// Saves the model to a file, which appears whole or not at all. In half precision it is loaded and run before it gets its name.
    /// </summary>
    /// <param name="path">The file; replaced where it exists.</param>
    /// <param name="halfPrecision">Whether large weights are stored in half precision: half the size, and a relative error of up to 0.05 %
    /// in each.</param>
    /// <returns>The largest difference that half precision makes to a pixel, on [0, 1], on images made for the purpose: at most 0.01.
    /// Without it, 0.</returns>
    /// <exception cref="InvalidDataException">A weight is too large for half precision, or the file makes images that differ by more than
    /// 0.01; it has been deleted.</exception>
    public double Save(string path, bool halfPrecision = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var file = new AtomicFile(path);
        using (file.Stream)
        {
            Save(file.Stream, halfPrecision);
        }

        var difference = halfPrecision ? CompareWith(file.Path, path) : 0;
        file.Commit();
        return difference;
    }

    /// <summary>Saves the model to a stream.</summary>
    /// <param name="stream">Need not be seekable; stays open.</param>
    /// <param name="halfPrecision">Whether large weights are stored in half precision.</param>
    /// <exception cref="InvalidDataException">A weight is too large for half precision.</exception>
    public void Save(Stream stream, bool halfPrecision = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Network.ThrowIfDisposed();
        using var inference = no_grad();
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(
            stream,
            Network.named_parameters()
                .Select(pair => KeyValuePair.Create(pair.name, halfPrecision ? Halved(pair.name, pair.parameter) : pair.parameter)),
            TatModelFormat.Write(Network.Options, Tasks, Card),
            withChecksum: true);
    }

    private double CompareWith(string written, string path)
    {
        using var stored = Load(written);
        var difference = ModelComparison.Difference(Network, stored.Network);

        // Written so that NaN fails too.
        return difference <= ModelComparison.HalfPrecisionTolerance
            ? difference
            : throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                $"'{path}' was not written: in half precision the network makes images that differ by {difference:G3} of 1, where "
                + $"{ModelComparison.HalfPrecisionTolerance} is allowed; save the model in single precision."));
    }

    /// <summary>A weight in half precision, or as it is where there are so few numbers that nothing is gained.</summary>
    private static Tensor Halved(string name, Tensor weight)
    {
        const int Few = 1024;
        if (weight.numel() < Few)
        {
            return weight;
        }

        var halved = weight.to(ScalarType.Float16);
        return halved.isfinite().all().item<bool>() ? halved : throw new InvalidDataException(
            $"The weights '{name}' have numbers that half precision cannot hold; save the model in single precision.");
    }

    /// <summary>Frees the network.</summary>
    public void Dispose() => Network.Dispose();

    private static TatModel Load(Stream stream, string source, Device? device)
    {
        var reader = new SafetensorsReader(stream, source);
        var (options, tasks, card) = TatModelFormat.Read(reader.Metadata, $"'{source}'");

        // Before memory is taken for a network: does the file have its weights?
        var announced = reader.Entries.Sum(entry => entry.Shape.Aggregate(1L, (product, side) => product * side));
        if (announced != options.ParameterCount)
        {
            throw new InvalidDataException($"'{source}' cannot be read: it has {announced} weights where its architecture has "
                + $"{options.ParameterCount}; the file is damaged, copy it again.");
        }

        var network = TatNetwork.CreateUninitialized(options);
        try
        {
            NetworkWeights.Read(reader, network, source);
            return new TatModel(device is null ? network : network.to(device), tasks, card);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }
}
