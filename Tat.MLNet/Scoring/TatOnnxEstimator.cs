using Microsoft.ML;
using Microsoft.ML.Data;
using Tat.MLNet.ModelIO;
using Tat.MLNet.Views;
using Tat.Torch.Onnx;
using Tat.Torch.Pretrained;

namespace Tat.MLNet.Scoring;

/// <summary>Puts a TAT that was exported to ONNX into a pipeline; made by <c>mlContext.ImageRestoration.ApplyOnnx</c>.</summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>Estimator Characteristics</term><description></description></listheader>
/// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>No</description></item>
/// <item><term>Input columns</term><description>Pixels in the task's unit, Vector&lt;Single&gt;, row by row; height and width, Int32; task, text or key with text values</description></item>
/// <item><term>Output column</term><description>Restored pixels in the task's unit, Vector&lt;Single&gt; of the same length</description></item>
/// <item><term>Required NuGet in addition to Microsoft.ML</term><description>A native package of ONNX Runtime: Microsoft.ML.OnnxRuntime, .Gpu or .DirectML; no LibTorch</description></item>
/// <item><term>Exportable to ONNX</term><description>It is the ONNX model; a pipeline with it cannot be converted</description></item>
/// </list>
/// </remarks>
/// <seealso cref="ImageRestorationCatalog.ApplyOnnx(Options)"/>
public sealed class TatOnnxEstimator : IEstimator<TatOnnxTransformer>
{
    private readonly Options _options;

    internal TatOnnxEstimator(Options options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1);
        _options = options.ModelFile is null || File.Exists(options.ModelFile)
            ? options
            : throw new FileNotFoundException($"The ONNX model '{options.ModelFile}' does not exist; export a trained model, for example with the command export.", options.ModelFile);
    }

    /// <summary>Opens the model.</summary>
    /// <param name="input">Data whose columns are checked; no row of it is read.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    /// <exception cref="InvalidDataException">The file is not an exported TAT.</exception>
    /// <exception cref="NotSupportedException">The execution provider is not available.</exception>
    public TatOnnxTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        input.Schema.FindVector(_options.LowQualityColumnName);
        input.Schema.FindInt32(_options.HeightColumnName);
        input.Schema.FindInt32(_options.WidthColumnName);
        input.Schema.FindTextOrKey(_options.TaskColumnName);
        var (model, source) = _options.ModelFile is { } path ? (File.ReadAllBytes(path), $"'{path}'") : (TatPretrained.ToOnnx(), TatPretrained.Name);
        return new(model, source, _options.Runtime, _options.Columns, _options.BatchSize);
    }

    /// <summary>The input's columns and the restored image.</summary>
    /// <param name="inputSchema">The columns of the data.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        inputSchema.RequireVector(_options.LowQualityColumnName);
        inputSchema.RequireInt32(_options.HeightColumnName);
        inputSchema.RequireInt32(_options.WidthColumnName);
        inputSchema.RequireTextOrKey(_options.TaskColumnName);
        return inputSchema.With(ModelBridge.CreateColumn(_options.RestoredColumnName, SchemaShape.Column.VectorKind.VariableVector, NumberDataViewType.Single));
    }

    /// <summary>Which model restores, how it runs, and what the columns are called.</summary>
    public sealed class Options
    {
        /// <summary>The exported model.</summary>
        /// <value>The default is <see langword="null"/>: the model that comes with this library, see <see cref="TatPretrained"/>.</value>
        public string? ModelFile { get; init; }

        /// <summary>The images to restore.</summary>
        /// <value>The default is <c>LowQuality</c>.</value>
        public string LowQualityColumnName { get; init; } = "LowQuality";

        /// <summary>Rows of the images.</summary>
        /// <value>The default is <c>Height</c>.</value>
        public string HeightColumnName { get; init; } = "Height";

        /// <summary>Columns of the images.</summary>
        /// <value>The default is <c>Width</c>.</value>
        public string WidthColumnName { get; init; } = "Width";

        /// <summary>The images' tasks.</summary>
        /// <value>The default is <c>Task</c>.</value>
        public string TaskColumnName { get; init; } = "Task";

        /// <summary>Receives the restored images.</summary>
        /// <value>The default is <c>Restored</c>.</value>
        public string RestoredColumnName { get; init; } = "Restored";

        /// <summary>At most how many images a cursor hands to the model together; small ones then run at the same time.</summary>
        /// <value>The default is 4.</value>
        public int BatchSize { get; init; } = 4;

        /// <summary>Threads, execution provider, memory.</summary>
        public OnnxRestorerOptions Runtime { get; init; } = new();

        internal ScoringColumns Columns => new()
        {
            LowQuality = LowQualityColumnName,
            Height = HeightColumnName,
            Width = WidthColumnName,
            Task = TaskColumnName,
            Restored = RestoredColumnName,
        };
    }
}
