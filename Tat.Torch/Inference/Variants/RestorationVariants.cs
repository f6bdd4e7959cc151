using Tat.Torch.Inference.Variants;
using Tat.Torch.Model;

namespace Tat.Torch.Inference;

/// <summary>Other ways to use a model than applying it once and in full.</summary>
public static class RestorationVariants
{
    /// <summary>
    /// Restores each image in the eight orientations that mirroring and turning give it, and takes the mean: less error for eight times the
    /// time.
    /// </summary>
    /// <param name="restorer">The model; disposed with the result.</param>
    /// <returns>The restorer itself where it takes such a mean already.</returns>
    public static IImageRestorer WithEnsemble(this IImageRestorer restorer)
    {
        ArgumentNullException.ThrowIfNull(restorer);
        return restorer.Has(RestorerVariant.Ensemble) ? restorer : new EnsembleRestorer(restorer);
    }

    /// <summary>
    /// Restores each image likewise, and knows how far values may be off; a model whose card has no <see cref="ModelCard.Margins"/> for a
    /// task refuses it.
    /// </summary>
    /// <param name="restorer">The model, or what <see cref="WithEnsemble"/> made of it; disposed with the result.</param>
    /// <exception cref="NotSupportedException">It is the result of <see cref="WithStrength"/> or <see cref="WithLocalMeans"/>, of which
    /// margins say nothing.</exception>
    public static MarginRestorer WithMargins(this IImageRestorer restorer)
    {
        ArgumentNullException.ThrowIfNull(restorer);
        return new(restorer.ModelOfMargins());
    }

    /// <summary>
    /// Gives results the local means of their images: over some six pixels (a Gaussian of that standard deviation) whatever they are, over
    /// three and one and a half where they differ by more than two and a half times the noise of such means. Regions and lesions keep more
    /// of what was measured, for a little of the noise. Nothing changes for tasks of which the model keeps as much by itself
    /// (<see cref="ModelCard.KeepsMeans"/>). Where a task restores resolution (<see cref="Tasks.RestorationTask.FitsResolution"/>), results
    /// get the frequencies of their images in the block of k-space that was measured, and keep those of the model beyond it.
    /// </summary>
    /// <param name="restorer">The model; disposed with the result.</param>
    /// <returns>The restorer itself where it does so already.</returns>
    public static IImageRestorer WithLocalMeans(this IImageRestorer restorer)
    {
        ArgumentNullException.ThrowIfNull(restorer);
        return restorer.Has(RestorerVariant.LocalMeans) ? restorer : new ChangedRestorer(
            restorer, RestorerVariant.LocalMeans, (image, restored, task) =>
            restorer.Tasks.TryGet(task.Name, out var known) && known.FitsResolution ? ResultChanges.KeepFrequencies(image, restored)
                : ResultChanges.AreMeansKept(restorer.Card, task) ? restored : ResultChanges.KeepMeans(image, restored));
    }

    /// <summary>
    /// Applies a part of what the model changes, for readers who distrust all of it: x + strength · (restored − x) for an image x.
    /// </summary>
    /// <param name="restorer">The model; disposed with the result.</param>
    /// <param name="strength">0 … 1: 0 gives images back bit for bit, 1 all that the model does.</param>
    /// <exception cref="ArgumentOutOfRangeException">The strength is not from 0 to 1.</exception>
    public static IImageRestorer WithStrength(this IImageRestorer restorer, double strength)
    {
        ArgumentNullException.ThrowIfNull(restorer);
        return strength is >= 0 and <= 1
            ? new ChangedRestorer(restorer, RestorerVariant.Strength,
                (image, restored, _) => ResultChanges.TakePart(image, restored, strength), strength)
            : throw new ArgumentOutOfRangeException(
                nameof(strength), $"A strength of {strength} is out of range; give a number from 0 to 1.");
    }

    /// <summary>As options have them.</summary>
    internal static IImageRestorer With(
        this IImageRestorer restorer, bool ensemble, bool localMeans, double strength, bool margins = false)
    {
        if (margins)
        {
            return restorer.WithMargins();
        }

        restorer = ensemble ? restorer.WithEnsemble() : restorer;
        restorer = localMeans ? restorer.WithLocalMeans() : restorer;
        return strength == 1 ? restorer : restorer.WithStrength(strength);
    }
}
