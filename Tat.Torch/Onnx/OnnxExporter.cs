using System.Globalization;
using Google.Protobuf;
using Tat.Torch.Files.Writing;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Model;
using Tat.Torch.Onnx.Schema;
using Tat.Torch.Tasks;
using static TorchSharp.torch;

namespace Tat.Torch.Onnx;

/// <summary>Writes a network as an ONNX file: standard operators of opset 17, any image size, physical units in and out.</summary>
/// <remarks>
/// Padding, attention windows and generated kernels are computed inside, from the size and the content of the image. The file carries
/// the tasks with their ranges and the model card as metadata (<c>tat.tasks</c>, <c>tat.card</c>), and a checksum of all of it
/// (<c>tat.checksum</c>) that <see cref="OnnxRestorer"/> verifies.
/// </remarks>
public static class OnnxExporter
{
    // The IR version that came with opset 17.
    private const int IrVersion = 8, Opset = 17;

    /// <summary>Exports a model; the file appears once it is complete and verified, or not at all.</summary>
    /// <param name="model">The model, on any device.</param>
    /// <param name="path">The file; one that exists is replaced.</param>
    /// <param name="options">How to export; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Stops between steps and leaves nothing behind.</param>
    /// <returns>What was written, and how far it is from the network.</returns>
    /// <exception cref="InvalidDataException">A weight is NaN or infinite, or the file does not compute what the network does; it has been
    /// deleted.</exception>
    public static OnnxExportReport Export(
        TatModel model, string path, OnnxExportOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new();
        NetworkWeights.CheckFinite(model.Network, path);
        using var file = new AtomicFile(path);
        using (var stream = file.Stream)
        {
            Write(model, stream, options);
        }

        cancellationToken.ThrowIfCancellationRequested();
        var comparisons = options.Verify ? Verify(model, () => new(file.Path), options, cancellationToken) : [];
        file.Commit();
        return new(path, new FileInfo(path).Length, comparisons);
    }

    /// <summary>Exports a model to a stream, which gets it once it is complete and verified, or nothing.</summary>
    /// <param name="model">The model, on any device.</param>
    /// <param name="destination">The stream; it need not be able to seek, and stays open.</param>
    /// <param name="options">How to export; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <returns>What was written, without a path, and how far it is from the network.</returns>
    /// <exception cref="InvalidDataException">A weight is NaN or infinite, or the export does not compute what the network
    /// does.</exception>
    public static OnnxExportReport Export(
        TatModel model, Stream destination, OnnxExportOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(destination);
        options ??= new();
        NetworkWeights.CheckFinite(model.Network, "the model");
        using var file = new MemoryStream();
        Write(model, file, options);
        cancellationToken.ThrowIfCancellationRequested();
        var comparisons = options.Verify ? Verify(model, () => new(file.ToArray()), options, cancellationToken) : [];
        file.WriteTo(destination);
        return new("", file.Length, comparisons);
    }

    private static void Write(TatModel model, Stream stream, OnnxExportOptions options)
    {
        CreateModel(model, options).WriteTo(stream);
        OnnxChecksum.Append(stream);
    }

    /// <summary>Builds the whole file.</summary>
    internal static ModelProto CreateModel(TatModel source, OnnxExportOptions options) =>
        CreateModel(source.Network.Options, ReadWeights(source.Network), source.Tasks, source.Card, options);

    /// <summary>Builds the whole file from weights that are no tensors, without LibTorch.</summary>
    internal static ModelProto CreateModel(TatNetworkOptions network, IReadOnlyDictionary<string, WeightArray> weights,
        TaskVocabulary tasks, ModelCard card, OnnxExportOptions options)
    {
        var model = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = "TAT for ML.NET",
            ProducerVersion = card.ProductVersion,
            ModelVersion = card.Iterations,
            DocString = $"Task-Adaptive Transformer (MICCAI 2025, arXiv 2512.14550) for {string.Join(", ", tasks.Select(Describe))}. Not "
                + "for diagnostic use.",
            Graph = new ModelGraph(new(network), new(weights)).Build(options.Signature, options.HalfPrecisionWeights),
        };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = Opset });
        new OnnxMetadata(options.Signature, network, tasks, card).Write(model);
        return model;
    }

    private static string Describe(RestorationTask task) =>
        $"{task.Name} ({task.Unit}, "
        + $"{(task.Scaling == IntensityScaling.Fixed ? task.NormalizationRange : "scaled by volume")}"
        + $"{(task.FitsResolution ? $", k-space filled to 1/{task.UpscalingFactor}" : "")})";

    internal static Dictionary<string, WeightArray> ReadWeights(TatNetwork network)
    {
        using var scope = NewDisposeScope();
        using var detached = no_grad();
        return network.named_parameters().ToDictionary(
            entry => entry.name,
            entry => new WeightArray(entry.parameter.to(float32).cpu().contiguous().data<float>().ToArray(), entry.parameter.shape));
    }

    private static List<OnnxComparison> Verify(
        TatModel model, Func<OnnxRestorer> open, OnnxExportOptions options, CancellationToken cancellationToken)
    {
        using var reference = new Restorer(model);
        using var restorer = open();
        var task = model.Tasks[0];
        var comparisons = new List<OnnxComparison>();
        foreach (var (height, width) in ModelComparison.Sizes(model.Network.Options.TrainSize))
        {
            var image = VerificationImage(height, width, task);
            var expected = reference.Restore([image], [task], cancellationToken: cancellationToken)[0].Pixels;
            var actual = restorer.Restore([image], [task], cancellationToken: cancellationToken)[0].Pixels;
            var difference = expected.Zip(actual, (e, a) => Math.Abs((double)e - a)).Max() / task.RangeOf(image).Width;
            comparisons.Add(new(height, width, difference));

            // Written so that NaN fails too.
            if (!(difference <= options.EffectiveTolerance))
            {
                throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                    $"The exported model differs from the network by {difference:G3} on an image of {height} × {width}, where "
                    + $"{options.EffectiveTolerance:G3} is allowed; no file was written. Check the weights for NaN and huge values, or "
                    + $"raise the tolerance."));
            }
        }

        return comparisons;
    }

    /// <summary>Smooth structure over half of the task's range.</summary>
    private static ImageSlice VerificationImage(int height, int width, RestorationTask task)
    {
        var pixels = ModelComparison.Image(height, width);
        task.NormalizationRange.Denormalize(pixels, pixels);
        return new(pixels, height, width);
    }
}
