using System.Text;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Providers;

namespace Tat.Tests.Formats.Dicom;

public partial class ToleranceTests
{
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
}
