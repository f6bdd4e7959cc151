using System.IO.Compression;
using System.Text;
using Tat.Torch.Files;
using Tat.Torch.Files.Writing;
using Tat.Torch.Model;
using Tat.Torch.Pretrained;
using Tat.Torch.Tasks;
using Tat.Torch.TensorFiles;
using Tat.Torch.TensorFiles.PyTorch;
using TorchSharp;
using static TorchSharp.torch;

namespace Tat.Torch.Checkpoints;

/// <summary>
/// Exchanges weights with PyTorch: reads and writes <c>state_dict</c> files (<c>.pth</c>, <c>.pt</c>, <c>.safetensors</c>) under the
/// published names.
/// </summary>
/// <remarks>
/// Reading runs no code of the file: of its pickle, only containers, numbers and tensors are understood, and everything else is refused.
/// </remarks>
public static class WeightsFile
{
    /// <summary>Where the restoring step of a pipeline keeps its model in the file of ML.NET.</summary>
    internal const string PipelineEntry = "Weights";

    /// <summary>Reads the weights of a TAT network, in whatever a file keeps them.</summary>
    /// <remarks>
    /// Understood are a state_dict or an object that holds one, in PyTorch's zip and old formats or as safetensors, and models that were
    /// saved by <see cref="TatModel"/> or inside a pipeline of ML.NET. Prefixes such as <c>module.</c>
    /// and <c>ema_model.</c> are dropped; where a file has both averaged and other weights, the averaged ones are taken. The architecture
    /// follows from the shapes.
    /// </remarks>
    /// <param name="path">The file; <see cref="TatPretrained.Name"/> for the model that comes with this library.</param>
    /// <param name="options">What the file does not say; <see langword="null"/> for the paper's.</param>
    /// <returns>To be disposed by the caller.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is damaged, holds something that is not allowed, or does not fit; the message names the
    /// first tensors that are missing, unknown or of another shape, and counts the others.</exception>
    public static TatModel Import(string path, WeightsImportOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new();
        if (TatPretrained.IsMeantBy(path))
        {
            return TatPretrained.Load(options.Device);
        }

        if (IsZipOrPickle(path))
        {
            if (LoadFromPipeline(path, options.Device) is { } model)
            {
                return model;
            }

            using var file = new TorchFile(path);
            return Named(path, () => Build(file.FindWeights(), path, options));
        }

        using var stream = RegularFile.Open(path, 1 << 20);
        RefuseDownloads(stream, path);
        var reader = new SafetensorsReader(stream, path);
        if (TatModelFormat.Describes(reader.Metadata))
        {
            return TatModel.Load(path, options.Device);
        }

        var tensors = reader.ReadAll();
        try
        {
            var weights = tensors.ToDictionary(
                entry => entry.Key, entry => new StoredWeights(entry.Value.shape, () => ToArray(entry.Value)));
            return Named(path, () => Build(StateDictionary.Find(weights), path, options));
        }
        finally
        {
            foreach (var tensor in tensors.Values)
            {
                tensor.Dispose();
            }
        }
    }

    /// <summary>
    /// The tasks that a file of weights tells it was trained on; <see langword="null"/> for bare weights. Weights are not read.
    /// </summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is damaged; the message names it.</exception>
    internal static TaskVocabulary? ReadTasks(string path)
    {
        if (TatPretrained.IsMeantBy(path))
        {
            return TatPretrained.Tasks;
        }

        if (IsZipOrPickle(path))
        {
            using var zip = OpenZip(path);
            using var entry = zip?.Entries.FirstOrDefault(candidate => candidate.Name == PipelineEntry)?.Open();
            return entry is null
                ? null
                : Named(path, () => TatModelFormat.Read(new SafetensorsReader(entry, path).Metadata, "the model in it").Tasks);
        }

        using var stream = RegularFile.Open(path, 1 << 16);
        RefuseDownloads(stream, path);
        var metadata = new SafetensorsReader(stream, path).Metadata;
        return TatModelFormat.Describes(metadata) ? Named(path, () => TatModelFormat.Read(metadata, "the model").Tasks) : null;
    }

    /// <summary>Writes the weights of a network as a bare state_dict, which the published program loads with <c>strict=True</c>.</summary>
    /// <param name="network">The network.</param>
    /// <param name="path">The file, replaced where it exists: <c>.safetensors</c>, or <c>.pth</c> or <c>.pt</c> for PyTorch's zip
    /// format.</param>
    /// <exception cref="ArgumentException">The extension is another.</exception>
    /// <exception cref="InvalidDataException">A weight is NaN or infinite.</exception>
    public static void Export(TatNetwork network, string path)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentException.ThrowIfNullOrEmpty(path);
        var extension = Path.GetExtension(path).ToLowerInvariant();
        if (extension is not (".pth" or ".pt" or ".safetensors"))
        {
            throw new ArgumentException(
                $"'{path}' has the extension '{extension}': weights are written as .pth, .pt or .safetensors.", nameof(path));
        }

        NetworkWeights.CheckFinite(network, path);
        using var detached = no_grad();
        AtomicFile.Write(path, stream =>
        {
            if (extension == ".safetensors")
            {
                SafetensorsWriter.Write(stream,
                    network.named_parameters().Select(named => KeyValuePair.Create(named.name, (Tensor)named.parameter)));
            }
            else
            {
                TorchFileWriter.WriteStateDictionary(
                    stream,
                    [.. network.named_parameters()
                        .Select(named =>
                            (named.name, named.parameter.shape, (Action<Stream>)(content => WriteData(named.parameter, content))))]);
            }
        });
    }

    /// <summary>Loads the model of a pipeline that ML.NET has saved, if the file is one.</summary>
    private static TatModel? LoadFromPipeline(string path, Device? device)
    {
        using var zip = OpenZip(path);
        if (zip?.Entries.FirstOrDefault(candidate => candidate.Name == PipelineEntry) is not { } entry)
        {
            return null;
        }

        using var stream = entry.Open();
        return Named(path, () => TatModel.Load(stream, device));
    }

    private static ZipArchive? OpenZip(string path)
    {
        try
        {
            return ZipDirectory.Open(RegularFile.Open(path));
        }
        catch (InvalidDataException)
        {
            // PyTorch's own reader says what is wrong.
            return null;
        }
    }

    private static TatModel Build(StateDictionary dictionary, string path, WeightsImportOptions options)
    {
        var architecture = options.Network ?? NetworkInference.Infer(dictionary.Weights, options.TrainSize);
        try
        {
            architecture.Validate();
        }
        catch (ArgumentException exception)
        {
            throw new InvalidDataException($"its shapes are those of no TAT network: {exception.Message}", exception);
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

        return new(options.Device is null ? network : network.to(options.Device), options.Tasks,
            new ModelCard { InitialWeights = MessageText.OneLine($"{Path.GetFileName(path)}{dictionary.Choice}") });
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

    private static T Named<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException(
                $"'{path}' cannot be imported: {MessageText.OneLine(exception.Message).TrimEnd('.')}.", exception);
        }
    }

    private static bool IsZipOrPickle(string path)
    {
        // The ninth byte of a safetensors file is the brace of its header; the eight before it may be anything.
        Span<byte> start = stackalloc byte[9];
        using var stream = RegularFile.Open(path);
        return stream.ReadAtLeast(start, 9, throwOnEndOfStream: false) == 9 && start[8] != '{'
            && (start[..2].SequenceEqual("PK"u8) || (start[0] == 0x80 && start[1] is >= 2 and <= 5));
    }

    /// <summary>Tells what a download has left in place of weights.</summary>
    private static void RefuseDownloads(Stream stream, string path)
    {
        var start = new byte[64];
        var text = Encoding.ASCII.GetString(start, 0, stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)).TrimStart();
        stream.Position = 0;
        var found = text.StartsWith('<') ? "a web page; download the file itself"
            : text.StartsWith("version https://git-lfs", StringComparison.Ordinal)
                ? "a Git LFS pointer; get the file that it stands for with 'git lfs pull'"
            : null;
        if (found is not null)
        {
            throw new InvalidDataException($"'{path}' holds no weights: it is {found}.");
        }
    }

    private static float[] ToArray(Tensor values)
    {
        using var scope = NewDisposeScope();
        return values.to(ScalarType.Float32).contiguous().data<float>().ToArray();
    }

    private static void WriteData(Tensor parameter, Stream content)
    {
        using var scope = NewDisposeScope();
        content.Write(parameter.detach().to(ScalarType.Float32, CPU).contiguous().bytes);
    }
}
