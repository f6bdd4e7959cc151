using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Pixels;

/// <summary>Maps stored values to modality values: by a lookup table, or by slope and intercept (PS3.3, section C.11.1).</summary>
internal sealed class ModalityTransform
{
    private readonly int[]? _table;
    private readonly int _first;

    public ModalityTransform(double slope, double intercept, string? type, bool isPresent = true)
    {
        (Slope, Intercept, Type, IsPresent) = (slope, intercept, type, isPresent);
    }

    private ModalityTransform(int[] table, int first, string? type)
        : this(1, 0, type) => (_table, _first) = (table, first);

    /// <summary>No transform: stored values are modality values.</summary>
    public static ModalityTransform None { get; } = new(1, 0, null, isPresent: false);

    public double Slope { get; }

    public double Intercept { get; }

    /// <summary>The unit of the result (Rescale Type), if the object tells.</summary>
    public string? Type { get; }

    /// <summary>Whether the object has a transform at all.</summary>
    public bool IsPresent { get; }

    public bool IsTable => _table is not null;

    /// <summary>The transform of a frame: of its functional groups, then of the object.</summary>
    /// <exception cref="DicomDataException">It is damaged, or other frames have one of their own and this one has none.</exception>
    public static ModalityTransform Of(DicomDataSet dataSet, int frame, bool signedPixels)
    {
        if (FunctionalGroups.Find(dataSet, frame, Tags.PixelValueTransformationSequence) is { } group
            && OfRescale(group) is { IsPresent: true } transform)
        {
            return transform;
        }

        if (dataSet.GetItems(Tags.PerFrameFunctionalGroupsSequence)
            .Any(item => item.GetItem(Tags.PixelValueTransformationSequence) is { } other && OfRescale(other).IsPresent))
        {
            throw new DicomDataException($"frame {frame + 1} has no {Tags.Name(Tags.PixelValueTransformationSequence)}, and other frames "
                + "have one: its values would be on another scale. Repair the header or leave the frame out.");
        }

        // Old toolkits write sequences whose item is empty: there is no transform then.
        return dataSet.GetItem(Tags.ModalityLutSequence) is { } table && (table.Find(Tags.LutData) is { Value.Length: > 0 }
            || !HasRescale(dataSet) && table.Find(Tags.LutDescriptor) is { Value.Length: > 0 })
            ? OfTable(table, signedPixels)
            : OfRescale(dataSet);
    }

    /// <summary>Maps a stored value.</summary>
    public double Apply(int stored) =>
        _table is null ? (stored * Slope) + Intercept : _table[Math.Clamp((long)stored - _first, 0, _table.Length - 1)];

    private static bool HasRescale(DicomDataSet dataSet) =>
        dataSet.GetDouble(Tags.RescaleSlope) is not null && dataSet.GetDouble(Tags.RescaleIntercept) is not null;

    private static ModalityTransform OfRescale(DicomDataSet dataSet)
    {
        var slope = dataSet.GetDouble(Tags.RescaleSlope);
        var intercept = dataSet.GetDouble(Tags.RescaleIntercept);
        if (slope is null && intercept is null)
        {
            return None;
        }

        if (slope is null || intercept is null)
        {
            throw new DicomDataException(
                $"the image has only one of {Tags.Name(Tags.RescaleSlope)} and {Tags.Name(Tags.RescaleIntercept)}; the header is damaged.");
        }

        if (slope == 0)
        {
            throw new DicomDataException($"{Tags.Name(Tags.RescaleSlope)} is 0, which makes all pixels equal; the header is damaged.");
        }

        return new ModalityTransform(slope.Value, intercept.Value, dataSet.GetString(Tags.RescaleType));
    }

    private static ModalityTransform OfTable(DicomDataSet item, bool signedPixels)
    {
        if (item.GetDoubles(Tags.LutDescriptor) is not [var entries, var first, var bits]
            || item.Find(Tags.LutData) is not { Value: var data })
        {
            throw new DicomDataException("the Modality LUT is incomplete; the header is damaged.");
        }

        if (entries != Math.Floor(entries) || entries is < short.MinValue or > 65536 || first != Math.Floor(first)
            || Math.Abs(first) > 65536)
        {
            throw new DicomDataException(
                $"{Tags.Name(Tags.LutDescriptor)} of the Modality LUT is not made of 16-bit integers; the header is damaged.");
        }

        // 65536 entries do not fit into the descriptor and are written as 0; the first value mapped has the sign of the pixels.
        var count = entries switch { 0 => 65536, < 0 => (int)entries + 65536, _ => (int)entries };
        var start = signedPixels ? (int)(short)(int)first : (ushort)(int)first;
        var wide = data.Length >= count * 2;
        if (data.Length < count || !(bits is >= 8 and <= 16))
        {
            throw new DicomDataException($"the Modality LUT has fewer than its {count} entries; the header is damaged.");
        }

        var table = new int[count];
        for (var i = 0; i < count; i++)
        {
            table[i] = wide ? data[2 * i] | (data[(2 * i) + 1] << 8) : data[i];
        }

        return new ModalityTransform(table, start, item.GetString(Tags.ModalityLutType));
    }
}
