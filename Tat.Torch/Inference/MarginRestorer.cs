using System.Runtime.CompilerServices;
using Tat.Torch.Imaging;
using Tat.Torch.Model;
using Tat.Torch.Tasks;

namespace Tat.Torch.Inference;

/// <summary>
/// Restores each image in the eight orientations that mirroring and turning give it, takes the mean, and knows about how far each value may
/// be off: restored ± margin holds the value of a good scan in 90 of 100 pixels.
/// </summary>
/// <remarks>
/// A good scan has noise of its own, which the interval includes. The factors are those of the model's card
/// (<see cref="ModelCard.Margins"/>); they hold for images like those that they were found on. Safe for concurrent calls.
/// </remarks>
/// <seealso cref="RestorationVariants.WithMargins"/>
public sealed class MarginRestorer : IImageRestorer, IVariantRestorer
{
    private readonly IImageRestorer _restorer;
    private readonly ConditionalWeakTable<ImageSlice, ImageSlice> _margins = [];

    internal MarginRestorer(IImageRestorer restorer) => _restorer = restorer;

    /// <inheritdoc/>
    public TaskVocabulary Tasks => _restorer.Tasks;

    /// <inheritdoc/>
    public ModelCard Card => _restorer.Card;

    /// <inheritdoc/>
    public string? ModelHash => _restorer.ModelHash;

    IImageRestorer IVariantRestorer.Inner => _restorer;

    RestorerVariant IVariantRestorer.Variant => RestorerVariant.Ensemble;

    /// <summary>Restores images in eight orientations; <see cref="MarginOf"/> then tells the margins of the results.</summary>
    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The model's card has no margins for a task.</exception>
    public IReadOnlyList<ImageSlice> Restore(IReadOnlyList<ImageSlice> images, IReadOnlyList<RestorationTask> tasks,
        IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(tasks);
        var factors = tasks.Distinct().ToDictionary(task => task, task => FactorsOf(_restorer, task));
        var results = OrientationEnsemble.Restore(_restorer, images, tasks, progress, cancellationToken);
        for (var i = 0; i < results.Length; i++)
        {
            if (results[i] is (var mean, { } spread))
            {
                _margins.Add(mean, factors[tasks[i]].Of(mean, spread, _restorer.Tasks[tasks[i].Name].RangeOf(images[i])));
            }
        }

        return [.. results.Select(result => result.Mean)];
    }

    /// <summary>Half the width of the interval about each value of a result.</summary>
    /// <param name="restored">A result of this restorer: the object itself, no copy of it.</param>
    /// <returns>An image of the same size and unit; zeros for an image that was not restored, but passed as it was.</returns>
    public ImageSlice MarginOf(ImageSlice restored)
    {
        ArgumentNullException.ThrowIfNull(restored);
        return _margins.TryGetValue(restored, out var margin)
            ? margin
            : new(new float[restored.Pixels.Length], restored.Height, restored.Width);
    }

    /// <summary>Frees the model.</summary>
    public void Dispose() => _restorer.Dispose();

    /// <summary>The factors of a task.</summary>
    /// <exception cref="NotSupportedException">The model's card has none, or its results are changed.</exception>
    internal static MarginFactors FactorsOf(IImageRestorer restorer, RestorationTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return restorer.ModelOfMargins().Card.Margins.TryGetValue(restorer.Tasks[task.Name].Name, out var factors)
            ? factors
            : throw new NotSupportedException($"The uncertainty of the model '{restorer.Card.Title}' was not calibrated for {task}: find "
                + "its margins on scans that it was not trained on (command calibrate), or restore without uncertainty.");
    }
}
