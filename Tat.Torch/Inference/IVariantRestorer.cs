namespace Tat.Torch.Inference;

/// <summary>A restorer that applies another one otherwise than once and in full, and says how.</summary>
internal interface IVariantRestorer : IImageRestorer
{
    /// <summary>What it applies; this may be a variant itself.</summary>
    IImageRestorer Inner { get; }

    /// <summary>How, as results tell it.</summary>
    RestorerVariant Variant { get; }

    /// <summary>The share of the change that it applies.</summary>
    double Strength => 1;
}

/// <summary>Ways to apply a model.</summary>
internal enum RestorerVariant
{
    /// <summary>The mean over all orientations.</summary>
    Ensemble,

    /// <summary>Results get the local means of their images.</summary>
    LocalMeans,

    /// <summary>A part of the change.</summary>
    Strength,
}

/// <summary>What is known of restorers that are made of others.</summary>
internal static class VariantRestorers
{
    /// <summary>The variants that a restorer is made of, the outermost first; none for a model that is applied once and in full.</summary>
    public static IEnumerable<IVariantRestorer> Variants(this IImageRestorer restorer)
    {
        while (restorer is IVariantRestorer variant)
        {
            yield return variant;
            restorer = variant.Inner;
        }
    }

    /// <summary>The model that a restorer applies, in whatever way it does so.</summary>
    public static IImageRestorer Model(this IImageRestorer restorer) => restorer.Variants().LastOrDefault()?.Inner ?? restorer;

    /// <summary>Whether a restorer applies its model in some way.</summary>
    public static bool Has(this IImageRestorer restorer, RestorerVariant variant) =>
        restorer.Variants().Any(one => one.Variant == variant);

    /// <summary>The share of the model's change that a restorer applies.</summary>
    public static double Strength(this IImageRestorer restorer) =>
        restorer.Variants().Aggregate(1.0, (product, variant) => product * variant.Strength);

    /// <summary>
    /// The model whose margins those of a restorer are: where it is a mean over orientations, these hardly differ any more, and their
    /// spread would say that all is sure.
    /// </summary>
    /// <exception cref="NotSupportedException">The restorer changes results in a way that margins do not know.</exception>
    public static IImageRestorer ModelOfMargins(this IImageRestorer restorer) =>
        restorer.Variants().All(variant => variant.Variant == RestorerVariant.Ensemble)
            ? restorer.Model()
            : throw new NotSupportedException($"The uncertainty of the model '{restorer.Card.Title}' is that of its own result, in full, "
                + "and it is applied in part or with local means here: apply the model itself, or restore without uncertainty.");
}
