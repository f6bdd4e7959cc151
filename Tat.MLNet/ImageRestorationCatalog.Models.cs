using Microsoft.ML;
using Tat.MLNet.ModelIO;
using Tat.MLNet.Scoring;
using Tat.Torch.Checkpoints;
using Tat.Torch.Files;
using Tat.Torch.Inference;
using Tat.Torch.Model;
using Tat.Torch.Onnx;
using Tat.Torch.Pretrained;
using Tat.Torch.TensorFiles.PyTorch;

namespace Tat.MLNet;

public sealed partial class ImageRestorationCatalog
{
    /// <summary>
    /// Reads the description of a model and verifies its checksum, without LibTorch and without keeping its weights.
    /// </summary>
    /// <param name="path">A model file of <c>mlContext.Model.Save</c> with a <see cref="TatTransformer"/> or
    /// <see cref="TatOnnxTransformer"/> anywhere in its pipeline, a file of <see cref="TatModel.Save(string, bool)"/>, or an exported
    /// <c>.onnx</c> file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It has no TAT model, or is damaged; the message names it.</exception>
    public RestorationModelInfo ReadModelInfo(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var file = RegularFile.Open(path);
        if (!IsZip(file))
        {
            return IsOnnx(path) ? ReadOnnxInfo(() => RegularFile.Open(path), path) : ReadInfo(file, path);
        }

        try
        {
            using var zip = ZipDirectory.Open(file);
            var entry =
                zip.Entries.FirstOrDefault(candidate => candidate.Name is TatTransformer.WeightsName or TatOnnxTransformer.ModelName)
                    ?? throw new InvalidDataException(
                        $"'{path}' is a model file without a TAT model; save the whole pipeline with mlContext.Model.Save.");
            if (entry.Name == TatOnnxTransformer.ModelName)
            {
                return ReadOnnxInfo(entry.Open, path);
            }

            using var weights = entry.Open();
            return ReadInfo(weights, path);
        }
        catch (InvalidDataException problem) when (!problem.Message.Contains(path, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"'{path}' is damaged: {problem.Message}", problem);
        }
    }

    /// <summary>Describes the bundled model without loading its weights or LibTorch.</summary>
    public RestorationModelInfo ReadModelInfo() => new(TatPretrained.Card, TatPretrained.Tasks, TatPretrained.Network);

    /// <summary>Makes a transformer of the model that comes with this library: it restores CT, PET and MRI without any training.</summary>
    /// <param name="options">What the columns are called, and how images are restored; <see langword="null"/> for the defaults.</param>
    /// <returns>The transformer; it can be appended to a pipeline by <c>TransformerChain</c>, saved and loaded like a trained
    /// one.</returns>
    /// <seealso cref="TatPretrained"/>
    public TatTransformer LoadPretrained(PretrainedOptions? options = null) => LoadPretrained(TatPretrained.Name, options);

    /// <summary>Makes a transformer of a model that was trained elsewhere; nothing is trained.</summary>
    /// <param name="path">A file of <see cref="TatModel.Save(string, bool)"/>, or of weights that <see cref="WeightsFile.Import"/> reads:
    /// PyTorch's <c>.pth</c> and <c>.safetensors</c>.</param>
    /// <param name="options">What the file does not say, what the columns are called, and how images are restored; <see langword="null"/>
    /// for the defaults.</param>
    /// <returns>The transformer; it can be appended to a pipeline by <c>TransformerChain</c>, saved and loaded like a trained
    /// one.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or not a model; the message names it.</exception>
    public TatTransformer LoadPretrained(string path, PretrainedOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new();
        options.Validate();
        var model = WeightsFile.Import(path, options.Weights with { Device = options.Weights.Device ?? TorchDevice.Of(Context) });
        return new(model, options, Context);
    }

    /// <summary>
    /// Makes a transformer of a model that a <see cref="Tat.Torch.Training.TatTrainer"/> has trained; nothing is trained.
    /// </summary>
    /// <param name="model">The model, which the transformer owns from now on.</param>
    /// <param name="options">What the columns are called, and how images are restored; <see langword="null"/> for the defaults.</param>
    public TatTransformer CreateTransformer(TatModel model, PretrainedOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= new();
        options.Validate();
        return new(model, options, Context);
    }

    /// <summary>Makes a transformer of a restorer of one's own, such as another network, or a filter to compare with.</summary>
    /// <param name="restorer">The restorer, which the transformer owns from now on. What it does with values that are not finite
    /// counts.</param>
    /// <param name="options">What the columns are called, and how many images are restored together; <see langword="null"/> for the
    /// defaults.</param>
    /// <returns>The transformer; it can be appended to a pipeline, evaluated and used by prediction engines, but not saved.</returns>
    public RestorationTransformer CreateTransformer(IImageRestorer restorer, PretrainedOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(restorer);
        options ??= new();
        options.Validate();
        return new CustomTransformer(restorer, options, Context);
    }

    /// <summary>
    /// Finds the step of a pipeline that restores images, for example to restore whole volumes with its
    /// <see cref="RestorationTransformer.Restorer"/>.
    /// </summary>
    /// <param name="model">A fitted or loaded pipeline.</param>
    /// <exception cref="ArgumentException">No step of it restores images.</exception>
    public RestorationTransformer FindRestoration(ITransformer model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Steps(model).OfType<RestorationTransformer>().LastOrDefault()
            ?? throw new ArgumentException(
                "The model has no step that restores images; fit a pipeline that ends in a trainer of ImageRestoration.Trainers, or "
                + "load one.", nameof(model));
    }

    private static IEnumerable<ITransformer> Steps(ITransformer model) =>
        model is IEnumerable<ITransformer> chain ? chain.SelectMany(Steps) : [model];

    private static bool IsZip(FileStream file)
    {
        Span<byte> start = stackalloc byte[2];
        var length = file.ReadAtLeast(start, 2, throwOnEndOfStream: false);
        file.Position = 0;
        return length == 2 && start.SequenceEqual("PK"u8);
    }

    private static bool IsOnnx(string path) => Path.GetExtension(path).Equals(".onnx", StringComparison.OrdinalIgnoreCase);

    private static RestorationModelInfo ReadOnnxInfo(Func<Stream> open, string path)
    {
        using (var file = open())
        {
            OnnxChecksum.Verify(file, $"'{path}'");
        }

        using var stream = open();
        var metadata = OnnxMetadata.Read(stream, $"'{path}'");
        return new(metadata.Card, metadata.Tasks, metadata.Network);
    }

    private static RestorationModelInfo ReadInfo(Stream stream, string path)
    {
        var (network, tasks, card) = TatModelFormat.ReadFile(stream, path);
        return new(card, tasks, network);
    }
}
