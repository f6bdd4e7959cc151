using Microsoft.ML;
using Tat.Torch.Inference;
using Tat.Torch.Model;
using Tat.Torch.Onnx;

namespace Tat.Samples.Commands;

/// <summary>Opens models of every kind that can restore, and saves pipelines.</summary>
internal static class ModelFiles
{
    private static readonly string[] _endings = [".zip", ".onnx", ".safetensors"];

    /// <summary>Whether a name is that of a model.</summary>
    public static bool IsModelName(string path) => _endings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>Opens a model.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not a model, or damaged.</exception>
    public static IImageRestorer Open(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"The model '{path}' does not exist; train one, for example with the command quickstart, or give another --model.");
        }

        var ml = new MLContext();
        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".zip" => ml.ImageRestoration.FindRestoration(LoadPipeline(ml, path)).Restorer,
            ".onnx" => new OnnxRestorer(path),
            ".safetensors" => new Restorer(TatModel.Load(path), ownsModel: true),
            _ => throw new InvalidDataException($"'{path}' is not a model by its name; {string.Join(", ", _endings)} can be opened."),
        };
    }

    /// <summary>Loads a pipeline that ML.NET has saved.</summary>
    /// <exception cref="InvalidDataException">It is not one, or damaged.</exception>
    public static ITransformer LoadPipeline(MLContext ml, string path)
    {
        try
        {
            return ml.Model.Load(path, out _);
        }
        catch (Exception exception) when (exception is FormatException or InvalidOperationException or InvalidDataException)
        {
            throw new InvalidDataException($"'{path}' is not a model of ML.NET, or damaged: {exception.Message}", exception);
        }
    }

    /// <summary>Saves a pipeline; the file appears whole or not at all.</summary>
    public static void Save(MLContext ml, ITransformer model, DataViewSchema schema, string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            ml.Model.Save(model, schema, temporary);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
