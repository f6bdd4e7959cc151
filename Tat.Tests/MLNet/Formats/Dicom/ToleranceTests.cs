using System.Buffers.Binary;
using System.Text;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Providers;
using Tat.MLNet.Formats.Dicom.Providers.BuiltIn;

namespace Tat.Tests.Formats.Dicom;

/// <summary>Files that are not as the standard says, and whose pixels are known all the same.</summary>
[TestClass]
public partial class ToleranceTests
{
    private const string ImplicitSyntax = "1.2.840.10008.1.2\0";
    private const string ExplicitSyntax = "1.2.840.10008.1.2.1\0";

    [TestMethod]
    [DataRow("16_ds_thicknan.dcm")]
    [DataRow("16_inst_txt.dcm")]
    [DataRow("16_sernum_big.dcm")]
    [DataRow("17_vr_blank.dcm")]
    [DataRow("18_says_explicit_is_implicit.dcm")]
    [DataRow("20_text_in_sequence_tag_implicit.dcm")]
    [DataRow("21_empty_modality_lut.dcm")]
    public void What_pixels_do_not_need_does_not_refuse_a_file(string name)
    {
        var path = TestData.Path($"data/faults/imaging/{name}");
        using var scan = ImageFormats.Open(path);
        Assert.AreEqual("HU", scan.Unit);
        var words = File.ReadAllBytes(path).AsSpan(^8192..);
        var pixels = scan.ReadSlice(0).Pixels;
        for (var i = 0; i < pixels.Length; i++)
        {
            Assert.AreEqual(BinaryPrimitives.ReadInt16LittleEndian(words[(i * 2)..]) - 1024, pixels[i]);
        }

        // And a derived series can be made of it.
        using var files = new SyntheticDicom();
        var destination = Path.Combine(files.Folder, "derived.dcm");
        new DicomFormat().WriteDerived(scan, destination, [scan.ReadSlice(0)]);
        using var derived = ImageFormats.Open(destination);
        CollectionAssert.AreEqual(pixels, derived.ReadSlice(0).Pixels);
    }

    [TestMethod]
    [DataRow(0x00200011u, "314159265358979323846")]
    [DataRow(0x00200011u, "first")]
    [DataRow(0x00200013u, "IM 7")]
    [DataRow(0x00180050u, "NaN")]
    [DataRow(0x00180050u, "2,5")]
    [DataRow(0x00180088u, "inf")]
    [DataRow(0x00280008u, "0")]
    [DataRow(0x00280030u, "a\\b")]
    [DataRow(0x00200032u, "0\\0\\?")]
    [DataRow(0x00280120u, "none")]
    public void A_value_that_is_no_number_counts_as_absent(uint tag, string value)
    {
        using var files = new SyntheticDicom();
        var data = SyntheticDicom.Slice(1, 0);
        var path = files.Write(data);
        data = DicomProviders.Current.Read(path).DataSet;
        data.SetText(DicomTag.Of(tag), DicomVr.LO, value);
        var changed = Path.Combine(files.Folder, "changed.dcm");
        new BuiltInProvider().Write(changed, data, DicomProviders.Current.Read(path).Pixels!.Read(0, 96));
        AssertReads(changed, 1);
    }

    [TestMethod]
    public void Values_that_pixels_need_still_refuse_a_file()
    {
        using var files = new SyntheticDicom();
        var data = SyntheticDicom.Slice(1, 0);
        data.SetText(Tags.RescaleSlope, DicomVr.DS, "one");
        var path = files.Write(data);
        Assert.Contains("RescaleSlope", Assert.ThrowsExactly<ImageFormatException>(() => ImageFormats.Open(path)).Message);
    }

    [TestMethod]
    public void An_empty_transformation_of_frames_leaves_the_word_to_the_rescale_of_the_object()
    {
        using var files = new SyntheticDicom();
        var data = SyntheticDicom.Slice(1, 0);
        var (group, transformation) = (new DicomDataSet(), new DicomDataSet());
        transformation.SetText(Tags.RescaleSlope, DicomVr.DS, "");
        group.SetItems(Tags.PixelValueTransformationSequence, transformation);
        data.SetItems(Tags.SharedFunctionalGroupsSequence, group);
        AssertReads(files.Write(data), 1);
    }

    [TestMethod]
    public void A_modality_table_without_data_is_none_where_there_is_a_rescale_and_damage_where_there_is_not()
    {
        using var files = new SyntheticDicom();
        var data = SyntheticDicom.Slice(1, 0);
        var table = new DicomDataSet();
        table.Set(new DicomElement(Tags.LutDescriptor, DicomVr.US, [0, 1, 0, 0, 16, 0]));
        table.Set(new DicomElement(Tags.LutData, DicomVr.OW, []));
        data.SetItems(Tags.ModalityLutSequence, table);
        AssertReads(files.Write(data), 1);
        data.Remove(Tags.RescaleSlope);
        data.Remove(Tags.RescaleIntercept);
        var path = files.Write(data);
        Assert.Contains("Modality LUT", Assert.ThrowsExactly<ImageFormatException>(() => ImageFormats.Open(path)).Message);
    }

    private static void AssertReads(string path, int number)
    {
        using var scan = ImageFormats.Open(path);
        CollectionAssert.AreEqual(
            Enumerable.Range(0, 48).Select(i => (float)(i + (100 * number) - 1024)).ToArray(), scan.ReadSlice(0).Pixels);
    }

    /// <summary>Puts bytes before an element of an explicit file.</summary>
    private static void Insert(string path, DicomTag before, ReadOnlySpan<byte> element)
    {
        var bytes = File.ReadAllBytes(path);
        var at = Find(bytes, Header(before.Group, before.Element));
        File.WriteAllBytes(path, [.. bytes.AsSpan(0, at), .. element, .. bytes.AsSpan(at)]);
    }

    private static int Find(byte[] bytes, byte[] pattern)
    {
        var at = bytes.AsSpan(132).IndexOf(pattern);
        Assert.IsGreaterThan(0, at);
        return at + 132;
    }

    private static byte[] Header(ushort group, ushort element) => [(byte)group, (byte)(group >> 8), (byte)element, (byte)(element >> 8)];

    private static byte[] Short(ushort group, ushort element, string vr, ReadOnlySpan<byte> value) =>
        [.. Header(group, element), .. Encoding.ASCII.GetBytes(vr), .. BitConverter.GetBytes((ushort)value.Length), .. value];

    private static byte[] Element(bool isExplicit, ushort group, ushort element, string vr, ReadOnlySpan<byte> value) => isExplicit
        ? Short(group, element, vr, value)
        : [.. Header(group, element), .. BitConverter.GetBytes(value.Length), .. value];

    private static byte[] Item(ReadOnlySpan<byte> inner) => [.. Header(0xFFFE, 0xE000), .. BitConverter.GetBytes(inner.Length), .. inner];

    /// <summary>
    /// An element with letters that are no representation, and a length of 2 bytes, of 4 instead of letters (form 3), or of 4 after two
    /// that are reserved.
    /// </summary>
    private static byte[] Odd(ushort group, ushort element, string letters, int form, ReadOnlySpan<byte> value) => form switch
    {
        2 => Short(group, element, letters, value),
        3 => Element(false, group, element, letters, value),
        _ => [.. Header(group, element), .. Encoding.ASCII.GetBytes(letters), 0, 0, .. BitConverter.GetBytes(value.Length), .. value],
    };
}
