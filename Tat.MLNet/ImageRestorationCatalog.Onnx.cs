using Tat.MLNet.Scoring;

namespace Tat.MLNet;

public sealed partial class ImageRestorationCatalog
{
    /// <summary>
    /// Restores images with a TAT that was exported to ONNX, on ONNX Runtime and without LibTorch. See <see cref="TatOnnxEstimator"/>.
    /// </summary>
    /// <param name="modelFile">The exported model; <see langword="null"/> for the one that comes with this library.</param>
    /// <param name="outputColumnName">Receives the restored images.</param>
    /// <param name="inputColumnName">The images to restore.</param>
    /// <param name="heightColumnName">Rows of the images.</param>
    /// <param name="widthColumnName">Columns of the images.</param>
    /// <param name="taskColumnName">The images' tasks.</param>
    /// <exception cref="FileNotFoundException">There is no such model.</exception>
    public TatOnnxEstimator ApplyOnnx(
        string? modelFile = null,
        string outputColumnName = "Restored",
        string inputColumnName = "LowQuality",
        string heightColumnName = "Height",
        string widthColumnName = "Width",
        string taskColumnName = "Task") => ApplyOnnx(new TatOnnxEstimator.Options
        {
            ModelFile = modelFile,
            OutputColumnName = outputColumnName,
            LowQualityColumnName = inputColumnName,
            HeightColumnName = heightColumnName,
            WidthColumnName = widthColumnName,
            TaskColumnName = taskColumnName,
        });

    /// <summary>Restores images with a TAT that was exported to ONNX, with all options.</summary>
    /// <param name="options">The model, how it runs, and what the columns are called.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="FileNotFoundException">There is no such model.</exception>
    public TatOnnxEstimator ApplyOnnx(TatOnnxEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new(Context, options);
    }
}
