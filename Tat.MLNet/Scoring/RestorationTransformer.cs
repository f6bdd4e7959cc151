using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Tat.MLNet.Views;
using Tat.Torch.Inference;
using Tat.Torch.Model;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Scoring;

/// <summary>
/// Adds restored images to data: reads low-quality pixels, height, width and task, and writes <c>Restored</c>, a Vector&lt;Single&gt; in
/// the task's unit.
/// </summary>
/// <remarks>
/// Images of some rows are restored together when <c>Restored</c> of one of them is read, whatever their sizes; nothing is opened or
/// computed for columns that nobody reads. Safe for concurrent cursors and prediction engines. Owns the model: dispose it when no view or
/// engine uses it any more (a <see cref="PredictionEngine{TSrc, TDst}"/> does so by default).
/// Where images are unlike those that the model was trained on, in noise, pixel size or modality, the context's log says so: in a warning
/// for all rows that a cursor has restored, and at the first such image that prediction engines get.
/// </remarks>
public abstract class RestorationTransformer : ITransformer, IDisposable
{
    private readonly ConditionalWeakTable<DataViewSchema, RestorationMapping> _mappings = [];

    private readonly IHostEnvironment? _environment;

    /// <summary>What all prediction engines have met, so that it is told once.</summary>
    private readonly InputTally _tally;

    private volatile bool _isDisposed;

    private protected RestorationTransformer(
        IImageRestorer restorer, RestorationColumns columns, int batchSize, IHostEnvironment? environment = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        (Restorer, Columns, BatchSize, _environment, _tally) = (restorer, columns, batchSize, environment, new(restorer));
    }

    /// <summary>Restores images without ML.NET's views. The transformer owns it.</summary>
    public IImageRestorer Restorer { get; }

    /// <summary>The identity and origin of the model.</summary>
    public ModelCard Card => Restorer.Card;

    /// <summary>The tasks that the model has learnt.</summary>
    public TaskVocabulary Tasks => Restorer.Tasks;

    /// <summary>At most how many images a cursor restores together.</summary>
    public int BatchSize { get; }

    /// <summary>Always <see langword="true"/>: each row is restored by itself.</summary>
    public bool IsRowToRowMapper => true;

    internal RestorationColumns Columns { get; }

    /// <summary>The input's columns and the restored image.</summary>
    /// <param name="inputSchema">The columns of the data.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Bind(inputSchema).OutputSchema;

    /// <summary>A mapper that restores row by row.</summary>
    /// <param name="inputSchema">The columns of the rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => Bind(inputSchema);

    /// <summary>Adds the restored images to a view; lazily.</summary>
    /// <param name="input">The data.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return new RestorationView(Bind(input.Schema), input, BatchSize);
    }

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        Save(ctx);
    }

    /// <summary>Frees the model.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        Restorer.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected abstract void Save(ModelSaveContext context);

    // Some of ML.NET's components compare schemas by reference: the same input schema always gives the same output schema.
    private RestorationMapping Bind(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _mappings.GetValue(inputSchema, schema => RestorationMapping.Create(Restorer, schema, Columns, _tally, Warn));
    }

    private void Warn(IReadOnlyList<string> lines)
    {
        if (lines.Count > 0 && _environment is not null)
        {
            using var channel = _environment.Start("TAT restoration");
            foreach (var line in lines)
            {
                channel.Warning(MessageSensitivity.UserData, "{0}", line);
            }
        }
    }
}
