using Microsoft.ML;
using Tat.Torch.Files.Writing;

namespace Tat.Samples.Shared;

/// <summary>
/// Pipelines as ML.NET saves them. It keeps their parts in temporary files meanwhile: here in a folder of this user alone, which is removed
/// also after a kill.
/// </summary>
internal static class PipelineArchive
{
    /// <summary>Reads a pipeline.</summary>
    public static ITransformer Load(MLContext ml, Stream file)
    {
        ITransformer? loaded = null;
        InWorkFolder(ml, () => loaded = ml.Model.Load(file, out _));
        return loaded!;
    }

    /// <summary>Writes a pipeline.</summary>
    public static void Save(MLContext ml, ITransformer model, DataViewSchema? schema, Stream file) =>
        InWorkFolder(ml, () => ml.Model.Save(model, schema, file));

    private static void InWorkFolder(MLContext ml, Action work)
    {
        using var folder = new WorkFolder();
        var before = ml.TempFilePath;
        ml.TempFilePath = folder.Path;
        try
        {
            work();
        }
        finally
        {
            ml.TempFilePath = before;
        }
    }
}
