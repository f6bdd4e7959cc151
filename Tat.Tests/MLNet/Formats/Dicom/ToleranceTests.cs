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
public class ToleranceTests
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
    [DataRow("  ", 2)]
    [DataRow("--", 2)]
    [DataRow("\0\0", 2)]
    [DataRow("??", 2)]
    [DataRow("us", 2)]
    [DataRow("XS", 2)]
    [DataRow("  ", 4)]
    [DataRow("--", 4)]
    [DataRow("\0\0", 4)]
    [DataRow("XS", 4)]
    [DataRow("", 3)]
    public void Elements_without_a_representation_are_read_whatever_the_form_of_their_length(string letters, int form)
    {
        // Pixel padding 107, in the middle, and a private element and a sequence further on, before other elements and before the pixels.
        using var files = new SyntheticDicom();
        var path = files.Write(SyntheticDicom.Slice(1, 0));
        Insert(path, Tags.RescaleIntercept, Odd(0x0028, 0x0120, letters, form, [107, 0]));
        Insert(path, Tags.PixelData, Odd(0x0029, 0x0010, letters, form, "SOMEBODY"u8));
        Insert(path, Tags.PixelData, Odd(0x0054, 0x0220, letters, form, Item(Short(0x0008, 0x0100, "SH", "1234"u8))));
        Insert(path, Tags.PixelData, Odd(0x0054, 0x1001, letters, form, "X "u8));
        AssertReads(path, 1);
        var data = DicomProviders.Current.Read(path).DataSet;
        Assert.AreEqual(107, data.GetInt(Tags.PixelPaddingValue));
        Assert.AreEqual("1234", data.GetItem(new DicomTag(0x0054, 0x0220))!.GetString(Tags.CodeValue));
        Assert.AreEqual("X", data.GetString(Tags.Units));
    }

    [TestMethod]
    [DataRow("UN", true, true, true)]
    [DataRow("UN", true, false, true)]
    [DataRow("UN", false, true, true)]
    [DataRow("UN", false, false, true)]
    [DataRow("SQ", true, true, false)]
    [DataRow("SQ", false, false, false)]
    [DataRow("SQ", false, true, true)]
    public void Items_are_read_as_they_are_and_not_as_they_should_be(
        string representation, bool isUndefined, bool itemIsUndefined, bool isExplicit)
    {
        using var files = new SyntheticDicom();
        var path = files.Write(SyntheticDicom.Slice(1, 0));
        byte[] inner = [.. Element(isExplicit, 0x0008, 0x0100, "SH", "1234"u8), .. Element(isExplicit, 0x0008, 0x0102, "SH", "99ABC "u8)];
        var item = itemIsUndefined
            ? [.. Header(0xFFFE, 0xE000), 0xFF, 0xFF, 0xFF, 0xFF, .. inner, .. Header(0xFFFE, 0xE00D), 0, 0, 0, 0]
            : Item(inner);
        var length = isUndefined ? uint.MaxValue : (uint)item.Length;
        byte[] end = isUndefined ? [.. Header(0xFFFE, 0xE0DD), 0, 0, 0, 0] : [];
        Insert(path, Tags.PixelData, [.. Header(
            0x0054, 0x0220), .. Encoding.ASCII.GetBytes(representation), 0, 0, .. BitConverter.GetBytes(length), .. item, .. end]);
        Insert(path, Tags.PixelData, Short(0x0054, 0x1001, "CS", "X "u8));
        AssertReads(path, 1);
        var data = DicomProviders.Current.Read(path).DataSet;
        Assert.AreEqual("99ABC", data.GetItem(new DicomTag(0x0054, 0x0220))!.GetString(Tags.CodingSchemeDesignator));
        Assert.AreEqual("X", data.GetString(Tags.Units));
    }

    [TestMethod]
    [DataRow("le", ImplicitSyntax)]
    [DataRow("li", ExplicitSyntax)]
    [DataRow("be", ExplicitSyntax)]
    [DataRow("be", ImplicitSyntax)]
    public void A_data_set_in_another_encoding_than_it_says_is_read(string encoding, string label)
    {
        using var files = new SyntheticDicom();
        var path = files.Write(SyntheticDicom.Slice(1, 0));
        var converted = path + ".converted";
        var (exitCode, output) = Peer.Run("dcmconv", encoding switch { "be" => "+tb", "li" => "+ti", _ => "+te" }, path, converted);
        Assert.AreEqual(0, exitCode, output);
        var bytes = File.ReadAllBytes(converted);

        // The label is moved to its own length and back into the meta information, whose length stays right.
        var at = Find(bytes, [2, 0, 0x10, 0, (byte)'U', (byte)'I']);
        var old = BitConverter.ToUInt16(bytes, at + 6);
        var value = Encoding.ASCII.GetBytes(label);
        bytes = [.. bytes[..(at + 6)], .. BitConverter.GetBytes((ushort)value.Length), .. value, .. bytes[(at + 8 + old)..]];
        var metaLength = BitConverter.ToUInt32(bytes, 132 + 8);
        BitConverter.TryWriteBytes(bytes.AsSpan(132 + 8), (uint)(metaLength + value.Length - old));
        File.WriteAllBytes(converted, bytes);
        AssertReads(converted, 1);
    }

    [TestMethod]
    [DataRow(0x00120064u, true)]
    [DataRow(0x00081140u, true)]
    [DataRow(0x52009230u, false)]
    [DataRow(0x00283000u, false)]
    public void Text_in_a_sequence_is_passed_over_where_values_do_not_depend_on_it(uint tag, bool isRead)
    {
        using var files = new SyntheticDicom();
        var path = files.Write(SyntheticDicom.Slice(1, 0));
        var sequence = DicomTag.Of(tag);
        Insert(path, tag < 0x00280000 ? Tags.InstanceNumber : Tags.PixelData,
            [.. Header(sequence.Group, sequence.Element), .. "SQ"u8, 0, 0, 24, 0, 0, 0, .. "Vendor Header Anonymizer"u8]);
        if (isRead)
        {
            AssertReads(path, 1);
            Assert.IsFalse(DicomProviders.Current.Read(path).DataSet.Contains(sequence));
        }
        else
        {
            Assert.ThrowsExactly<ImageFormatException>(() => ImageFormats.Open(path));
        }
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
