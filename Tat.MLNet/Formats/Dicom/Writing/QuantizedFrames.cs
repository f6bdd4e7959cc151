using System.Globalization;
using Tat.MLNet.Formats.Contracts;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Series;
using Tat.Torch.Imaging;

namespace Tat.MLNet.Formats.Dicom.Writing;

/// <summary>Restored pixels, quantised, with the elements that describe them.</summary>
internal sealed class QuantizedFrames : DerivedFrames
{
    /// <summary>Objects whose pixels must be unsigned (PS3.3, section C.8.13.1, table C.8-81).</summary>
    public const string EnhancedMr = "1.2.840.10008.5.1.4.1.1.4.1";
    private const ushort SignBit = 0x8000;

    private readonly DerivedScaling _scaling;
    private readonly UpsampledScan? _grid;
    private readonly List<(Quantizer Quantizer, short[] Stored)> _frames = [];

    /// <summary>Quantises the restored frames of an object.</summary>
    /// <param name="slices">The frames of the source object, in its order.</param>
    /// <param name="restored">As many restored frames, in the unit of the source.</param>
    /// <param name="scaling">How values are stored.</param>
    /// <param name="grid">The finer grid of the restored frames; <see langword="null"/> where they have that of the source.</param>
    public QuantizedFrames(
        IReadOnlyList<DicomSlice> slices, IReadOnlyList<ImageSlice> restored, DerivedScaling scaling, UpsampledScan? grid)
        : base(slices)
    {
        (_scaling, _grid) = (scaling, grid);
        var values = slices.Select((slice, i) => new DerivedValues(slice, restored[i], scaling, grid).Values);

        // Without functional groups all frames share one rescale; others are stored one by one, and their values let go.
        Quantizer? shared = slices.Count > 1 && !IsEnhanced(slices[0])
            ? scaling.Choose(slices[0], values.SelectMany(frame => frame).ToArray())
            : null;
        foreach (var (i, frame) in values.Index())
        {
            var quantizer = shared ?? scaling.Choose(slices[i], frame);
            _frames.Add((quantizer, Array.ConvertAll(frame, value => Store(value, quantizer, slices[i]))));
        }
    }

    public override bool KeepsStoredValues => false;

    /// <summary>The rounding of decimal strings.</summary>
    public override double Tolerance(int frame) => _frames[frame].Quantizer.Slope * 0.001;

    public override double ValueAt(int frame, int pixel) => _frames[frame].Quantizer.Restore(_frames[frame].Stored[pixel]);

    /// <summary>What is read back of each frame, in the unit of the source.</summary>
    public IReadOnlyList<ImageSlice> ToImages() => [.. Slices.Select((slice, frame) =>
    {
        var unit = _scaling.ToUnit(slice);
        var (pixels, rows) = (new float[_frames[frame].Stored.Length], _grid?.Rows ?? slice.Layout.Rows);
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (float)(ValueAt(frame, i) * unit);
        }

        return new ImageSlice(pixels, rows, pixels.Length / rows);
    })];

    public override byte[] Describe(DicomDataSet dataSet)
    {
        var unsigned = dataSet.GetString(Tags.SopClassUid) == EnhancedMr;
        if (dataSet.Contains(Tags.NumberOfFrames))
        {
            dataSet.SetText(Tags.NumberOfFrames, DicomVr.IS, _frames.Count.ToString(CultureInfo.InvariantCulture));
        }

        dataSet.SetUnsigned(Tags.SamplesPerPixel, 1);
        dataSet.SetUnsigned(Tags.BitsAllocated, 16);
        dataSet.SetUnsigned(Tags.BitsStored, 16);
        dataSet.SetUnsigned(Tags.HighBit, 15);
        dataSet.SetUnsigned(Tags.PixelRepresentation, (ushort)(unsigned ? 0 : 1));
        if (_grid is null)
        {
            DescribePadding(dataSet, unsigned);
        }
        else
        {
            DerivedGrid.Describe(dataSet, _grid);
        }

        var groups = dataSet.GetItems(Tags.PerFrameFunctionalGroupsSequence);
        for (var frame = 0; frame < _frames.Count && IsEnhanced(Slices[0]); frame++)
        {
            SetTransformation(groups[frame], frame, unsigned);
        }

        if (!IsEnhanced(Slices[0]) && dataSet.GetItem(Tags.SharedFunctionalGroupsSequence) is { } shared)
        {
            SetTransformation(shared, 0, unsigned);
        }
        else if (!IsEnhanced(Slices[0]))
        {
            SetRescale(dataSet, _frames[0].Quantizer, unsigned,
                Slices[0].Transform.Type ?? (Slices[0].Modality is "CT" or "MR" or "PT" ? null : "US"));
        }

        _scaling.DescribeQuantity(dataSet);
        return ToBytes(unsigned);
    }

    private byte[] ToBytes(bool unsigned)
    {
        var samples = _frames[0].Stored.Length;
        var bytes = new byte[checked(_frames.Count * samples * 2)];
        for (var frame = 0; frame < _frames.Count; frame++)
        {
            for (var i = 0; i < samples; i++)
            {
                var word = (ushort)_frames[frame].Stored[i] ^ (unsigned ? SignBit : 0);
                bytes[2 * ((frame * samples) + i)] = (byte)word;
                bytes[(2 * ((frame * samples) + i)) + 1] = (byte)(word >> 8);
            }
        }

        return bytes;
    }

    private static short Store(double value, Quantizer quantizer, DicomSlice slice)
    {
        var stored = quantizer.Store(value);
        return double.IsNaN(value) || Math.Abs(quantizer.Restore(stored) - value) <= quantizer.Slope * 0.501
            ? stored
            : throw new ImageFormatException(slice.Source.Path,
                FormattableString.Invariant($"the restored value {value} does not fit into what is stored; the result is not kept."));
    }

    private static bool IsEnhanced(DicomSlice slice) => slice.HasFunctionalGroups;

    private void SetTransformation(DicomDataSet group, int frame, bool unsigned)
    {
        var transformation = new DicomDataSet(DicomCharacterSet.Utf8);
        SetRescale(transformation, _frames[frame].Quantizer, unsigned,
            Slices[frame].Transform.Type ?? (Slices[frame].Quantity.Unit == "HU" ? "HU" : "US"));
        group.SetItems(Tags.PixelValueTransformationSequence, transformation);
    }

    private static void SetRescale(DicomDataSet dataSet, Quantizer quantizer, bool unsigned, string? type)
    {
        var intercept = quantizer.Intercept - (unsigned ? SignBit * quantizer.Slope : 0);
        dataSet.SetText(Tags.RescaleIntercept, DicomVr.DS, DecimalString.Of(intercept));
        dataSet.SetText(Tags.RescaleSlope, DicomVr.DS, DecimalString.Of(quantizer.Slope));
        if (type is not null)
        {
            dataSet.SetText(Tags.RescaleType, DicomVr.LO, type);
        }
    }

    /// <summary>
    /// Padding keeps its value where the grid of the image holds it, and otherwise is one number that no pixel has: it is told if it is the
    /// same in all frames.
    /// </summary>
    private void DescribePadding(DicomDataSet dataSet, bool unsigned)
    {
        var apart = Slices.Select(_scaling.IsPaddingApart).ToList();
        short Stored(int padding, int frame) => _frames[frame].Quantizer.Store(apart[frame]
            ? double.NaN
            : Slices[frame].Transform.Apply(padding) * _scaling.FromModality(Slices[frame]));
        foreach (var (tag, stored) in new[]
        {
            (Tags.PixelPaddingValue, Slices[0].Padding?.First),
            (Tags.PixelPaddingRangeLimit, apart.Contains(true) ? null : Slices[0].Padding?.Limit),
        })
        {
            if (stored is { } padding && !_scaling.IsDifference
                && (tag == Tags.PixelPaddingValue || dataSet.Contains(Tags.PixelPaddingValue)) &&
                    Enumerable.Range(0, _frames.Count).Select(frame => Stored(padding, frame)).Distinct().ToList() is [var only])
            {
                var word = (ushort)((ushort)only ^ (unsigned ? SignBit : 0));
                dataSet.Set(new DicomElement(tag, unsigned ? DicomVr.US : DicomVr.SS, [(byte)word, (byte)(word >> 8)]));
            }
        }
    }
}
