using Microsoft.ML;
using Microsoft.ML.Data;
using Tat.MLNet.ModelIO;
using Tat.MLNet.Views;
using Tat.Torch.Files;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Tagging;

/// <summary>
/// Tells the task of each image from what is known of it: a column, the DICOM modality, the folder, or rules of the user.
/// </summary>
/// <remarks>
/// <para>
/// Without rules the first of these that tells a task counts: the output column itself where the data has it (loaders fill it from the
/// folder layout), the column <c>Modality</c>, a folder of the column <c>FileName</c> that is called like a task. Columns that the data
/// lacks are passed over. A row whose task nothing tells, or whose task is not in the vocabulary, is an error that names the file, when the
/// task is read.
/// </para>
/// <list type="table">
/// <listheader><term>Estimator Characteristics</term><description></description></listheader>
/// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>No</description></item>
/// <item><term>Input column data type</term><description>Text, or key with text values</description></item>
/// <item><term>Output column data type</term><description>Text: the task's name as the vocabulary writes it</description></item>
/// <item><term>Required NuGet in addition to Microsoft.ML</term><description>None</description></item>
/// <item><term>Exportable to ONNX</term><description>No</description></item>
/// </list>
/// </remarks>
public sealed class TaskTaggingEstimator : IEstimator<TaskTaggingTransformer>
{
    private readonly Options _options;

    internal TaskTaggingEstimator(Options options)
    {
        options.Validate();
        _options = options;
    }

    /// <summary>Makes the transformer; the data is not read.</summary>
    /// <param name="input">The data.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public TaskTaggingTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var transformer = new TaskTaggingTransformer(_options.OutputColumnName, _options.Tasks, [.. _options.Rules]);
        transformer.GetOutputSchema(input.Schema);
        return transformer;
    }

    /// <summary>The columns of the result.</summary>
    /// <param name="inputSchema">The columns of the data.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        foreach (var rule in _options.Rules)
        {
            inputSchema.RequireTextOrKey(rule.Column);
        }

        return inputSchema.With(ModelBridge.CreateColumn(
            _options.OutputColumnName, SchemaShape.Column.VectorKind.Scalar, TextDataViewType.Instance));
    }

    /// <summary>The rules that determine the task, and the tasks there are.</summary>
    public sealed class Options
    {
        /// <summary>The column that receives the task's name.</summary>
        /// <value>The default is <c>Task</c>.</value>
        public string OutputColumnName { get; init; } = "Task";

        /// <summary>The tasks that an image can have.</summary>
        /// <value>The default is <see cref="TaskVocabulary.Paper"/>: PET, CT and MRI.</value>
        public TaskVocabulary Tasks { get; init; } = TaskVocabulary.Paper;

        /// <summary>The rules that determine the task; the first that yields one counts. Their columns must exist.</summary>
        /// <value>
        /// The default is none: the output column itself, <c>Modality</c> and the folder of <c>FileName</c>, as far as the data has them.
        /// </value>
        public IReadOnlyList<TaskRule> Rules { get; init; } = [];

        internal void Validate()
        {
            OptionCheck.Require(!string.IsNullOrWhiteSpace(OutputColumnName), "tagging", nameof(OutputColumnName), $"'{OutputColumnName}'",
                "give the name of a column");
            foreach (var rule in Rules.Where(rule => rule.Task is not null))
            {
                OptionCheck.Require(Tasks.IndexOf(rule.Task!) >= 0, "tagging", nameof(Rules), $"'{rule.Task}' for '{rule.Pattern}'",
                    $"use one of {string.Join(", ", Tasks.Select(task => task.Name))}, or add the task to {nameof(Tasks)}");
            }
        }
    }
}
