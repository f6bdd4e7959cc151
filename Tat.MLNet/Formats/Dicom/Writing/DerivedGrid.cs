using System.Globalization;
using Tat.MLNet.Formats.Contracts;
using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Writing;

/// <summary>
/// Describes a grid that is finer than the source's: more pixels, nearer to each other; the first one stays where it is (PS3.3, section
/// C.7.6.2.1.1).
/// </summary>
internal static class DerivedGrid
{
    private static readonly DicomTag _aspectRatio = new(0x0028, 0x0034);

    /// <summary>Sets size and distances of pixels, and removes what counts pixels of the source: overlays, display shutters.</summary>
    public static void Describe(DicomDataSet dataSet, UpsampledScan grid)
    {
        dataSet.SetUnsigned(Tags.Rows, (ushort)grid.Rows);
        dataSet.SetUnsigned(Tags.Columns, (ushort)grid.Columns);
        dataSet.RemoveEverywhere((_, tag) => (tag.Group & 0xFF01) == 0x6000 || tag is { Group: 0x0018, Element: >= 0x1600 and <= 0x1624 });
        foreach (var described in new[] { dataSet }.Concat(Groups(dataSet).SelectMany(group => group.GetItems(Tags.PixelMeasuresSequence))))
        {
            if (described.TryGetDoubles(Tags.PixelSpacing) is [var rows, var columns])
            {
                described.SetText(Tags.PixelSpacing, DicomVr.DS, DecimalString.Of(rows * grid.RowStep),
                    DecimalString.Of(columns * grid.ColumnStep));
            }
        }

        if (dataSet.TryGetDoubles(_aspectRatio) is [var height, var width])
        {
            string[] ratio = [.. new[] { height * grid.RowStep, width * grid.ColumnStep }.Select(side =>
                Math.Round(1000 * side).ToString(CultureInfo.InvariantCulture))];
            dataSet.SetText(_aspectRatio, DicomVr.IS, ratio);
        }
    }

    private static IEnumerable<DicomDataSet> Groups(DicomDataSet dataSet) =>
        dataSet.GetItems(Tags.SharedFunctionalGroupsSequence).Concat(dataSet.GetItems(Tags.PerFrameFunctionalGroupsSequence));
}
