using Microsoft.ML;
using Tat.MLNet.Scans;

namespace Restoration;

/// <summary>Restores medical images and whole scans.</summary>
public static partial class RestorationModel
{
    // A prediction engine serves one caller at a time.
    private static readonly Lock _predicting = new();
    private static readonly MLContext _context = new();
    private static readonly Lazy<ITransformer> _model = new(() => LoadModel(_context));

    /// <summary>The model's file, beside the program.</summary>
    public static string MLNetModelPath { get; } = Path.Combine(AppContext.BaseDirectory, "RestorationModel.mlnet");

    /// <summary>
    /// Restores one image after the other; made when it is used first. <see cref="Predict"/> may be called from several threads.
    /// </summary>
    public static Lazy<PredictionEngine<ModelInput, ModelOutput>> PredictEngine { get; } =
        new(() => _context.Model.CreatePredictionEngine<ModelInput, ModelOutput>(_model.Value));

    /// <summary>Restores an image.</summary>
    public static ModelOutput Predict(ModelInput input)
    {
        lock (_predicting)
        {
            return PredictEngine.Value.Predict(input);
        }
    }

    /// <summary>
    /// Restores a scan: a NIfTI file, a DICOM file, or a folder that holds a DICOM series. The result has its source's format and geometry.
    /// </summary>
    /// <param name="source">The scan.</param>
    /// <param name="destination">What to write; it must not be there yet.</param>
    /// <param name="task">CT, MRI or PET; null where DICOM tells.</param>
    /// <param name="cancellationToken">Stops between slices and leaves nothing behind.</param>
    public static ScanRestorationResult Restore(
        string source, string destination, string? task = null, CancellationToken cancellationToken = default) =>
        _context.ImageRestoration.FindRestoration(_model.Value).Restorer
            .RestoreScan(source, destination, new() { Task = task }, cancellationToken: cancellationToken);

    /// <summary>Loads the model.</summary>
    public static ITransformer LoadModel(MLContext ml) =>
        File.Exists(MLNetModelPath) ? ml.Model.Load(MLNetModelPath, out _) : ml.ImageRestoration.LoadPretrained();

    /// <summary>An image to restore.</summary>
    public sealed class ModelInput
    {
        /// <summary>The pixels, row by row, in HU (CT), SUV (PET) or scanner intensity (MRI).</summary>
        public float[] LowQuality { get; set; } = [];

        /// <summary>Number of rows.</summary>
        public int Height { get; set; }

        /// <summary>Number of columns.</summary>
        public int Width { get; set; }

        /// <summary>CT, MRI or PET.</summary>
        public string Task { get; set; } = "";

        /// <summary>The intensity that stands for the scale of an MR volume; NaN to measure the image by itself.</summary>
        public float VolumeLevel { get; set; } = float.NaN;

        /// <summary>What messages call the image.</summary>
        public string FileName { get; set; } = "";
    }

    /// <summary>A restored image.</summary>
    public sealed class ModelOutput
    {
        /// <summary>The pixels, as many as the input has and in the same unit.</summary>
        public float[] Restored { get; set; } = [];
    }
}
