using Microsoft.ML;
using Microsoft.ML.Runtime;
using Tat.MLNet.Views;
using Tat.Torch.Files;
using Tat.Torch.Inference;
using Tat.Torch.Onnx;
using Tat.Torch.Pretrained;

namespace Tat.MLNet.Scoring;

/// <summary>Adds a TAT that was exported to ONNX to a pipeline; made by <c>mlContext.ImageRestoration.ApplyOnnx</c>.</summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>Estimator Characteristics</term><description></description></listheader>
/// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>No</description></item>
/// <item><term>Input columns</term><description>Pixels in the task's unit, Vector&lt;Single&gt;, row by row; height and width, Int32; task,
/// text or key with text values</description></item>
/// <item><term>Output column</term><description>Restored pixels in the task's unit, Vector&lt;Single&gt; of the same
/// length</description></item>
/// <item><term>Required NuGet in addition to Microsoft.ML</term><description>A native package of ONNX Runtime: Microsoft.ML.OnnxRuntime,
/// .Gpu or .DirectML; no LibTorch</description></item>
/// <item><term>Exportable to ONNX</term><description>It is the ONNX model; a pipeline with it cannot be converted</description></item>
/// </list>
/// </remarks>
/// <seealso cref="ImageRestorationCatalog.ApplyOnnx(Options)"/>
public sealed class TatOnnxEstimator : IEstimator<TatOnnxTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly Options _options;

    internal TatOnnxEstimator(IHostEnvironment environment, Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _environment = environment;
        _options = options.ModelFile is null || File.Exists(options.ModelFile)
            ? options
            : throw new FileNotFoundException(
                $"The ONNX model '{options.ModelFile}' does not exist; export a trained model, for example with the command export.",
                options.ModelFile);
    }

    /// <summary>Opens the model.</summary>
    /// <param name="input">Data whose columns are checked; no row of it is read.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    /// <exception cref="InvalidDataException">The file is not an exported TAT.</exception>
    /// <exception cref="NotSupportedException">The execution provider is not available.</exception>
    public TatOnnxTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _ = new ImageColumns(input.Schema, _options.Columns, [_options.LowQualityColumnName]);
        var (model, source) = _options.ModelFile is { } path
            ? (RegularFile.ReadAllBytes(path), $"'{path}'")
            : (TatPretrained.ToOnnx(), TatPretrained.Name);
        return TatOnnxTransformer.Open(_environment, model, source, _options);
    }

    /// <summary>The input's columns and the restored image.</summary>
    /// <param name="inputSchema">The columns of the data.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return inputSchema.Restored(_options.Columns);
    }

    /// <summary>Which model restores, how it runs, and what the columns are called.</summary>
    public sealed class Options : RestorationOptions
    {
        /// <summary>The exported model.</summary>
        /// <value>The default is <see langword="null"/>: the model that comes with this library, see <see cref="TatPretrained"/>.</value>
        public string? ModelFile { get; init; }

        /// <summary>
        /// Threads, execution provider, memory. On the CPU that is its default, a GPU that <see cref="MLContext.GpuDeviceId"/> names takes
        /// its place.
        /// </summary>
        public OnnxRestorerOptions Runtime { get; init; } = new();

        internal override void Validate()
        {
            base.Validate();
            Require(Runtime is not null, nameof(Runtime), null, "choose how the model runs");
            Require(Runtime!.NonFinite == NonFiniteHandling.Throw, $"{nameof(Runtime)}.{nameof(NonFinite)}", Runtime.NonFinite,
                $"set {nameof(NonFinite)} beside it, which counts in a pipeline");
        }
    }
}
