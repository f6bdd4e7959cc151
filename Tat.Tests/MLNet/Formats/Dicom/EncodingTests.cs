using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.Tests.Formats.Dicom;

/// <summary>The same image in every encoding that DCMTK can write.</summary>
[TestClass]
public class EncodingTests
{
    [TestMethod]
    [DataRow("dcmconv", "+ti -e")]
    [DataRow("dcmconv", "+ti +e +g")]
    [DataRow("dcmconv", "+te -e +g")]
    [DataRow("dcmconv", "+tb -e")]
    [DataRow("dcmconv", "+tb +e +g")]
    [DataRow("dcmconv", "+td")]
    [DataRow("dcmconv", "+te +p 512 128")]
    [DataRow("dcmconv", "-F +te")]
    [DataRow("dcmconv", "-F +ti")]
    [DataRow("dcmconv", "-F +tb")]
    [DataRow("dcmcrle", "+fs 2")]
    [DataRow("dcmcrle", "-ot")]
    [DataRow("dcmcjpeg", "+e1 +fs 2")]
    [DataRow("dcmcjpeg", "+e1 -ot")]
    public void The_values_do_not_depend_on_the_encoding(string program, string options)
    {
        using var files = new SyntheticDicom();
        foreach (var name in new[]
        {
            "CT_small.dcm", "emri_small.dcm", "image_dfl.dcm", "PET_STS_001_implicit.dcm", "MR_12bit_signed_0x0F0F.dcm",
        })
        {
            // JPEG has no place for garbage above the high bit.
            if (program == "dcmcjpeg" && name.StartsWith("MR_12", StringComparison.Ordinal))
            {
                continue;
            }

            var source = TestData.Path($"data/dicom/{name}");
            var encoded = Path.Combine(files.Folder, name);
            var (exitCode, output) = Peer.Run(program, [.. options.Split(' '), source, encoded]);
            Assert.AreEqual(0, exitCode, output);
            using var expected = ImageFormats.Open(source, new() { Pet = PetQuantity.AsStored });
            using var actual = ImageFormats.Open(encoded, new() { Pet = PetQuantity.AsStored });
            Assert.AreEqual(expected.SliceCount, actual.SliceCount, name);
            for (var i = 0; i < expected.SliceCount; i++)
            {
                CollectionAssert.AreEqual(expected.ReadSlice(i).Pixels, actual.ReadSlice(i).Pixels, $"{name} {i}");
            }
        }
    }

    [TestMethod]
    [DataRow("HU", "HU")]
    [DataRow("US", null)]
    public void Enhanced_objects_have_a_rescale_and_a_position_for_each_frame(string type, string? unit)
    {
        using var files = new SyntheticDicom();
        var data = SyntheticDicom.Slice(0, 0);
        data.SetText(Tags.SopClassUid, DicomVr.UI, "1.2.840.10008.5.1.4.1.1.2.1");
        data.SetText(Tags.NumberOfFrames, DicomVr.IS, "3");
        foreach (var tag in new[]
        {
            Tags.RescaleSlope,
            Tags.RescaleIntercept,
            Tags.ImagePositionPatient,
            Tags.ImageOrientationPatient,
            Tags.PixelSpacing,
        })
        {
            data.Remove(tag);
        }

        data.SetItems(Tags.SharedFunctionalGroupsSequence, Item(
            (Tags.PlaneOrientationSequence, Tags.ImageOrientationPatient, ["1", "0", "0", "0", "1", "0"]),
            (Tags.PixelMeasuresSequence, Tags.PixelSpacing, ["0.5", "0.25"])));
        data.SetItems(Tags.PerFrameFunctionalGroupsSequence, [.. Enumerable.Range(1, 3).Select(frame => Item(
            (Tags.PlanePositionSequence, Tags.ImagePositionPatient, ["0", "0", SyntheticDicom.Text(frame * 4)]),
            (Tags.PixelValueTransformationSequence, Tags.RescaleSlope, [SyntheticDicom.Text(frame)])))]);
        foreach (var group in data.GetItems(Tags.PerFrameFunctionalGroupsSequence))
        {
            group.GetItem(Tags.PixelValueTransformationSequence)!.SetText(Tags.RescaleIntercept, DicomVr.DS, "-10");
            group.GetItem(Tags.PixelValueTransformationSequence)!.SetText(Tags.RescaleType, DicomVr.LO, type);
        }

        using var scan = ImageFormats.Open(files.Write(data));
        Assert.AreEqual(unit, scan.Unit);
        Assert.AreEqual(4, scan.SliceSpacing);
        Assert.AreEqual((0.5, 0.25), (scan.RowSpacing, scan.ColumnSpacing));
        for (var frame = 0; frame < 3; frame++)
        {
            Assert.AreEqual((((frame * 48) + 7) * (frame + 1)) - 10, scan.ReadSlice(frame).Pixels[7]);
        }
    }

    [TestMethod]
    public void A_frame_without_the_transformation_that_others_have_is_refused()
    {
        using var files = new SyntheticDicom();
        var data = SyntheticDicom.Slice(0, 0);
        data.SetText(Tags.SopClassUid, DicomVr.UI, "1.2.840.10008.5.1.4.1.1.4.1");
        data.SetText(Tags.Modality, DicomVr.CS, "MR");
        data.SetText(Tags.NumberOfFrames, DicomVr.IS, "3");
        data.Remove(Tags.RescaleSlope);
        data.Remove(Tags.RescaleIntercept);
        data.SetItems(Tags.PerFrameFunctionalGroupsSequence, [.. Enumerable.Range(1, 3).Select(frame => Item(
            (Tags.PixelValueTransformationSequence, frame == 2 ? Tags.RescaleType : Tags.RescaleSlope, ["2"])))]);
        foreach (var group in data.GetItems(Tags.PerFrameFunctionalGroupsSequence).Where((_, i) => i != 1))
        {
            group.GetItem(Tags.PixelValueTransformationSequence)!.SetText(Tags.RescaleIntercept, DicomVr.DS, "0");
        }

        var path = files.Write(data);
        var message = Assert.ThrowsExactly<ImageFormatException>(() =>
        {
            using var scan = ImageFormats.Open(path, new() { AllowIrregularSeries = true });
            scan.ReadSlice(1);
        }).Message;
        Assert.Contains("frame 2 has no", message);
    }

    [TestMethod]
    [DataRow("RGB", 3, "in colour")]
    [DataRow("PALETTE COLOR", 1, "in colour")]
    public void Colour_is_refused(string photometric, int samples, string reason)
    {
        using var files = new SyntheticDicom();
        var data = SyntheticDicom.Slice(1, 0);
        data.SetText(Tags.PhotometricInterpretation, DicomVr.CS, photometric);
        data.SetUnsigned(Tags.SamplesPerPixel, (ushort)samples);
        var path = files.Write(data);
        Assert.Contains(reason, Assert.ThrowsExactly<ImageFormatException>(() => ImageFormats.Open(path)).Message);
    }

    [TestMethod]
    [DataRow("1.2.840.10008.5.1.4.1.1.66.4", "segmentation")]
    [DataRow("1.2.840.10008.5.1.4.1.1.481.2", "dose grid")]
    public void Derived_data_is_refused(string sopClass, string reason)
    {
        using var files = new SyntheticDicom();
        var data = SyntheticDicom.Slice(1, 0);
        data.SetText(Tags.SopClassUid, DicomVr.UI, sopClass);
        var path = files.Write(data);
        Assert.Contains(reason, Assert.ThrowsExactly<ImageFormatException>(() => ImageFormats.Open(path)).Message);
    }

    [TestMethod]
    [DataRow(0x7FFFFFFFu, true)]
    [DataRow(0x80000000u, false)]
    public void Unsigned_values_beyond_31_bits_are_refused_and_not_cut(uint value, bool isRead)
    {
        using var files = new SyntheticDicom();
        var data = SyntheticDicom.Slice(1, 0);
        data.SetUnsigned(Tags.BitsAllocated, 32);
        data.SetUnsigned(Tags.BitsStored, 32);
        data.SetUnsigned(Tags.HighBit, 31);
        data.SetUnsigned(Tags.PixelRepresentation, 0);
        using var scan = ImageFormats.Open(
            files.Write(data, [.. Enumerable.Repeat(BitConverter.GetBytes(value), 48).SelectMany(word => word)]));
        if (isRead)
        {
            Assert.AreEqual((float)(value - 1024.0), scan.ReadSlice(0).Pixels[0]);
        }
        else
        {
            Assert.Contains("has the stored value 2147483648", Assert.ThrowsExactly<ImageFormatException>(() => scan.ReadSlice(0)).Message);
        }
    }

    [TestMethod]
    public void MONOCHROME1_is_not_inverted_and_an_icon_is_ignored()
    {
        using var files = new SyntheticDicom();
        var data = SyntheticDicom.Slice(1, 0);
        data.SetText(Tags.PhotometricInterpretation, DicomVr.CS, "MONOCHROME1");
        var icon = new DicomDataSet();
        icon.SetUnsigned(Tags.Rows, 1);
        icon.SetUnsigned(Tags.Columns, 1);
        icon.Set(new DicomElement(Tags.PixelData, DicomVr.OB, [255]));
        data.SetItems(new DicomTag(0x0088, 0x0200), icon);
        using var scan = ImageFormats.Open(files.Write(data));
        Assert.AreEqual(8, scan.Rows);
        Assert.AreEqual(100 - 1024f, scan.ReadSlice(0).Pixels[0]);
        Assert.AreEqual("MONOCHROME1", scan.Properties["Photometric interpretation"]);
    }

    private static DicomDataSet Item(params (DicomTag Macro, DicomTag Tag, string[] Values)[] macros)
    {
        var item = new DicomDataSet();
        foreach (var (macro, tag, values) in macros)
        {
            var inner = new DicomDataSet();
            inner.SetText(tag, DicomVr.DS, values);
            item.SetItems(macro, inner);
        }

        return item;
    }
}
