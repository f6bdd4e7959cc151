using System.Reflection;
using System.Security.Cryptography;
using Microsoft.ML;
using Tat.MLNet.Scoring;
using Tat.Torch.Files;
using Tat.Torch.Files.Writing;
using Tat.Torch.Inference;
using Tat.Torch.Model;
using Tat.Torch.Onnx;
using Tat.Torch.Pretrained;
using Tat.Torch.Runtime;
using Tat.Torch.TensorFiles.PyTorch;
using Tat.Torch.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Tat.Samples.Shared;

/// <summary>Opens models of every kind that can restore, and saves pipelines.</summary>
internal static class ModelFiles
{
    private static readonly string[] _endings = [".zip", ".mlnet", ".onnx", ".safetensors"];
    private static readonly string[] _written = [".zip", ".mlnet", ".safetensors"];

    /// <summary>Whether a name is that of a model.</summary>
    public static bool IsModelName(string path) => _endings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>Refuses the name of a model to write that its format does not follow from.</summary>
    /// <exception cref="InvalidDataException">It ends otherwise.</exception>
    /// <exception cref="IOException">The folder for temporary files is needed, and cannot be written.</exception>
    public static void CheckWritten(string path)
    {
        if (!_written.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
        {
            throw new InvalidDataException($"'{path}' is not a model by its name; name it .zip for ML.NET, or .safetensors. For PyTorch "
                + "and ONNX Runtime, export the model afterwards.");
        }

        if (!IsPlain(path))
        {
            // ML.NET makes the parts of its archive in the folder for temporary files.
            PrivateFile.Create().Dispose();
        }
    }

    /// <summary>What to call a model in reports and results.</summary>
    public static string NameOf(string path, ModelCard card) => card.Name is null ? $"{card.Title}, {Path.GetFileName(path)}" : card.Title;

    /// <summary>
    /// The hash of a model's file, as results name it; <see langword="null"/> for a folder of checkpoints, whose model is hashed as it was
    /// loaded.
    /// </summary>
    public static string? HashOf(string path)
    {
        if (Directory.Exists(path))
        {
            return null;
        }

        using var file = OpenFile(path);
        return $"sha256:{Convert.ToHexStringLower(SHA256.HashData(file))}";
    }

    /// <summary>Opens the file of a model as it is, to be disposed by the caller.</summary>
    public static Stream OpenFile(string path) => TatPretrained.IsMeantBy(path) ? TatPretrained.OpenFile() : RegularFile.Open(path);

    /// <summary>Opens a model.</summary>
    /// <param name="path">The model.</param>
    /// <param name="device">Where it runs: cpu, cuda, cuda:N or auto, which is the CPU for ONNX.</param>
    /// <param name="options">How it restores; <see langword="null"/> for the defaults.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not a model, or damaged.</exception>
    public static IImageRestorer Open(string path, string device = "auto", RestorerOptions? options = null)
    {
        if (IsOnnx(path))
        {
            return OpenOnnx(Existing(path), device, options ?? new());
        }

        var (model, other) = Load(path, ComputeDevice.Choose(device));
        if (model is not null)
        {
            return new Restorer(model, options, ownsModel: true);
        }

        RefuseMemory(path, options);
        return other!;
    }

    /// <summary>Loads a pipeline that ML.NET has saved, or makes one of the model that comes with the program.</summary>
    /// <exception cref="InvalidDataException">It is not one, or damaged.</exception>
    public static ITransformer LoadPipeline(MLContext ml, string path)
    {
        if (TatPretrained.IsMeantBy(path))
        {
            return ml.ImageRestoration.LoadPretrained();
        }

        using var file = RegularFile.Open(path);
        try
        {
            ZipDirectory.Verify(file);
            return PipelineArchive.Load(ml, file);
        }
        catch (Exception exception) when (exception is FormatException or InvalidOperationException or InvalidDataException)
        {
            throw new InvalidDataException($"'{path}' is not a model of ML.NET, or damaged: {exception.Message}", exception);
        }
        catch (TargetInvocationException exception)
            when (exception.InnerException is InvalidDataException or FormatException or InvalidOperationException)
        {
            // ML.NET wraps what a part of the pipeline says, which knows of no file.
            throw new InvalidDataException($"'{path}' cannot be loaded: {exception.InnerException.Message}", exception.InnerException);
        }
    }

    /// <summary>Loads a model of TorchSharp, on the CPU.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not a model, damaged, or for ONNX Runtime.</exception>
    public static TatModel LoadTorch(string path)
    {
        var (model, other) = IsOnnx(path) ? default : Load(path, CPU);
        other?.Dispose();
        return model ?? throw new InvalidDataException(
            $"The model '{path}' runs on ONNX Runtime already; export the one that it was made from.");
    }

    /// <summary>
    /// Saves a trained model, in the format that its name says, with what belongs to it; all files appear together, or none.
    /// </summary>
    public static void Save(MLContext ml, TatTransformer model, string path,
        params IReadOnlyList<(string Path, Action<Stream> Write)> beside)
    {
        CheckWritten(path);
        AtomicFiles.Write([.. beside, (path, stream =>
        {
            if (IsPlain(path))
            {
                model.Model.Save(stream);
            }
            else
            {
                PipelineArchive.Save(ml, model, null, stream);
            }
        })]);
    }

    /// <summary>Saves a pipeline; the file appears whole or not at all.</summary>
    public static void Save(MLContext ml, ITransformer model, DataViewSchema? schema, string path) =>
        AtomicFile.Write(path, stream => PipelineArchive.Save(ml, model, schema, stream));

    private static bool IsPlain(string path) => Path.GetExtension(path).Equals(".safetensors", StringComparison.OrdinalIgnoreCase);

    private static bool IsOnnx(string path) => Path.GetExtension(path).Equals(".onnx", StringComparison.OrdinalIgnoreCase);

    private static string Existing(string path) => File.Exists(path)
        ? path
        : throw new FileNotFoundException(
            $"The model '{path}' does not exist; train one, give another --model, or leave it out for the bundled model.");

    /// <summary>Loads a model of TorchSharp, wherever it is kept; of a pipeline that has none, what restores in its place.</summary>
    private static (TatModel? Model, IImageRestorer? Other) Load(string path, Device device)
    {
        if (TatPretrained.IsMeantBy(path))
        {
            return (TatPretrained.Load(device), null);
        }

        if (Directory.Exists(path))
        {
            var model = TatTrainer.LoadCheckpoint(path);
            model.Network.to(device);
            return (model, null);
        }

        switch (Path.GetExtension(Existing(path)).ToLowerInvariant())
        {
            case ".safetensors":
                return (TatModel.Load(path, device), null);
            case ".zip" or ".mlnet":
                var ml = new MLContext { GpuDeviceId = device.type == DeviceType.CUDA ? device.index : null, FallbackToCpu = false };
                var step = ml.ImageRestoration.FindRestoration(LoadPipeline(ml, path));

                // The model itself: how the pipeline applies it (strength, ensemble, margins) concerns its own columns.
                return step is TatTransformer tat ? (tat.Model, null) : (null, step.Restorer.Model());
            default:
                throw new InvalidDataException($"'{path}' is not a model by its name; {string.Join(", ", _endings)} can be opened.");
        }
    }

    private static OnnxRestorer OpenOnnx(string path, string device, RestorerOptions options)
    {
        RefuseMemory(path, options);
        var runtime = new OnnxRestorerOptions { NonFinite = options.NonFinite, OnPassThrough = options.OnPassThrough };
        var isGpu = device.Trim().StartsWith("cuda", StringComparison.OrdinalIgnoreCase);
        return new OnnxRestorer(path,
            isGpu ? runtime with { ExecutionProvider = "CUDA", DeviceId = ComputeDevice.Choose(device).index } : runtime);
    }

    private static void RefuseMemory(string path, RestorerOptions? options)
    {
        if (options?.MemoryBudget is not null)
        {
            throw new InvalidDataException($"{InferenceOptions.MemoryName} is for models that run on TorchSharp; '{path}' is for ONNX "
                + "Runtime, and restores images whole.");
        }
    }
}
