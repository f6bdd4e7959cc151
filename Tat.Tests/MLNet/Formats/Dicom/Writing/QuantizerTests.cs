using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Providers;
using Tat.MLNet.Formats.Dicom.Writing;

namespace Tat.Tests.Formats.Dicom;

[TestClass]
public class QuantizerTests
{
    [TestMethod]
    public void A_grid_is_moved_before_it_is_made_coarser()
    {
        var grid = new Quantizer(1, 0);
        Assert.AreEqual(grid, grid.Fit([-32767, 32767]));
        Assert.AreEqual(new Quantizer(1, 32768), grid.Fit([0, 65535]));
        Assert.AreEqual(2, grid.Fit([0, 65536]).Slope);
        Assert.AreEqual(2, grid.Fit([0, 65535, double.NaN]).Slope, "a level is taken by padding");
        var without = grid.Fit([0, 65534, double.NaN]);
        Assert.AreEqual((short)-32767, without.Store(0));
        Assert.AreEqual(short.MinValue, without.Store(double.NaN));
        Assert.AreEqual(grid, grid.Fit([double.NaN]));
    }

    [TestMethod]
    [DataRow(true, null)]
    [DataRow(true, 65000)]
    [DataRow(false, null)]
    public void HU_are_integers_beside_padding_that_no_16_bits_hold_with_air(bool isDeclared, int? limit)
    {
        using var files = new SyntheticDicom();
        var data = SyntheticDicom.Slice(1, 0);
        data.SetUnsigned(Tags.PixelRepresentation, 0);
        if (isDeclared)
        {
            data.SetUnsigned(Tags.PixelPaddingValue, 65535);
        }

        if (limit is { } value)
        {
            data.SetUnsigned(Tags.PixelPaddingRangeLimit, (ushort)value);
        }

        // Air, tissue, and padding.
        var second = (ushort)(limit is null ? 0 : 65100);
        ushort[] stored = [.. Enumerable.Range(0, 48).Select(i => i < 6 ? (ushort)65535 : i < 8 ? second : (ushort)(17 * (i - 8)))];
        var source = files.Write(data, System.Runtime.InteropServices.MemoryMarshal.AsBytes(stored.AsSpan()).ToArray());
        using var scan = ImageFormats.Open(source);
        var before = scan.ReadSlice(0);
        before.Pixels[20]++;
        var destination = Path.Combine(files.Folder, "out.dcm");
        new DicomFormat().WriteDerived(scan, destination, [before]);

        var output = DicomProviders.Current.Read(destination).DataSet;
        Assert.AreEqual(1, output.GetDouble(Tags.RescaleSlope));
        Assert.AreEqual(isDeclared ? -32768 : null, output.TryGetInt(Tags.PixelPaddingValue));
        Assert.IsFalse(output.Contains(Tags.PixelPaddingRangeLimit));
        using var after = ImageFormats.Open(destination);
        var pixels = after.ReadSlice(0).Pixels;
        for (var i = isDeclared ? 8 : 0; i < pixels.Length; i++)
        {
            Assert.AreEqual(before.Pixels[i], pixels[i]);
        }

        var slice = ((Tat.MLNet.Formats.Dicom.Series.DicomScan)after).Slices[0];
        Assert.AreEqual(isDeclared ? limit is null ? 6 : 8 : 0, slice.ReadStored().Count(value => value == slice.Padding?.First));
    }

    [TestMethod]
    public void MR_of_all_16_bits_keeps_its_steps()
    {
        using var files = new SyntheticDicom();
        var data = SyntheticDicom.Slice(1, 0);
        data.SetText(Tags.Modality, DicomVr.CS, "MR");
        data.SetText(Tags.SopClassUid, DicomVr.UI, "1.2.840.10008.5.1.4.1.1.4");
        data.SetText(Tags.RescaleIntercept, DicomVr.DS, "0");
        data.SetUnsigned(Tags.PixelRepresentation, 0);
        ushort[] stored = [.. Enumerable.Range(0, 48).Select(i => (ushort)(i == 47 ? 65535 : 1361 * i))];
        var source = files.Write(data, System.Runtime.InteropServices.MemoryMarshal.AsBytes(stored.AsSpan()).ToArray());
        using var scan = ImageFormats.Open(source);
        var destination = Path.Combine(files.Folder, "out.dcm");
        new DicomFormat().WriteDerived(scan, destination, [scan.ReadSlice(0)]);
        using var after = ImageFormats.Open(destination);
        CollectionAssert.AreEqual(scan.ReadSlice(0).Pixels, after.ReadSlice(0).Pixels);
    }
}
