using Tat.MLNet.Formats.Contracts;
using Tat.MLNet.Formats.Dicom.Series;
using Tat.Torch.Imaging;

namespace Tat.MLNet.Formats.Dicom.Writing;

/// <summary>
/// The values of a derived frame as they are to be stored: restored ones, and those of the source where it is padding, or NaN where that is
/// stored apart.
/// </summary>
internal sealed class DerivedValues
{
    /// <summary>Takes over a restored frame.</summary>
    /// <exception cref="ArgumentException">It has another size than the source, or values that are no numbers.</exception>
    public DerivedValues(DicomSlice slice, ImageSlice restored, DerivedScaling scaling, UpsampledScan? grid)
    {
        var (rows, columns) = (grid?.Rows ?? slice.Layout.Rows, grid?.Columns ?? slice.Layout.Columns);
        if (restored.Height != rows || restored.Width != columns)
        {
            throw new ArgumentException($"A restored slice has {restored.Height} × {restored.Width} pixels where the source has {rows} × "
                + $"{columns}; give slices of the source's size.");
        }

        Values = new double[restored.Pixels.Length];
        var factor = scaling.FromUnit(slice);

        // On a finer grid padding has run into its surroundings, and is no value of its own any more.
        var padding = grid is null ? slice.Padding : null;
        var stored = padding is null ? null : slice.ReadStored();
        var isApart = padding is not null && scaling.IsPaddingApart(slice);
        for (var i = 0; i < Values.Length; i++)
        {
            var isPadding = stored is not null && padding!.Value.Holds(stored[i]);
            Values[i] = !isPadding ? restored.Pixels[i] * factor
                : scaling.IsDifference ? 0
                : isApart ? double.NaN
                : slice.Transform.Apply(stored![i]) * scaling.FromModality(slice);
            if (!double.IsFinite(Values[i]) && !(isPadding && isApart))
            {
                throw new ArgumentException($"A restored slice has a value that is no number at row {i / restored.Width}, column "
                    + $"{i % restored.Width}; it cannot be stored.");
            }
        }
    }

    /// <summary>Values in the unit that is stored.</summary>
    public double[] Values { get; }
}
