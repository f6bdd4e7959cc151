using System.Text;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Providers;

namespace Tat.Tests.Formats.Dicom;

[TestClass]
public class CharacterSetTests
{
    private static readonly DicomTag _comments = new(0x0020, 0x4000);

    [TestMethod]
    [DataRow("ISO-IR 144", "iso-8859-5", "Люкceмбypг")]
    [DataRow("ISO IR 144", "iso-8859-5", "Люкceмбypг")]
    [DataRow("iso_ir_144", "iso-8859-5", "Люкceмбypг")]
    [DataRow("ISO-2022-IR-126", "iso-8859-7", "Διονυσιος")]
    [DataRow("ISO_8859-2", "iso-8859-2", "Wałęsa")]
    [DataRow("ISO 8859-1", "iso-8859-1", "Äneas")]
    [DataRow("latin1", "iso-8859-1", "Äneas")]
    [DataRow("ISO IR 192", "utf-8", "Äneas 王")]
    [DataRow("ISO-IR-192", "utf-8", "Äneas 王")]
    [DataRow("UTF-8", "utf-8", "Äneas 王")]
    [DataRow("utf8", "utf-8", "Äneas 王")]
    [DataRow("GB 18030", "gb18030", "王小东")]
    [DataRow("shift_jis", "shift_jis", "山田")]
    [DataRow("windows-1251", "windows-1251", "Иванов")]
    public void A_misspelt_character_set_is_what_it_means_and_what_is_written_is_UTF8(string term, string encoding, string text)
    {
        var bytes = (CodePagesEncodingProvider.Instance.GetEncoding(encoding) ?? Encoding.GetEncoding(encoding)).GetBytes(text);
        var output = Derive(term, bytes);
        Assert.AreEqual("ISO_IR 192", output.GetString(Tags.SpecificCharacterSet));
        Assert.AreEqual(text, output.GetString(Tags.PatientName));
        Assert.AreEqual(text, output.GetItem(Tags.RadiopharmaceuticalInformationSequence)!.GetString(_comments));
        Assert.AreEqual($"{text} TAT restored – not for diagnostic use", output.GetString(Tags.SeriesDescription));
    }

    [TestMethod]
    [DataRow("ISO_IR 192", "iso-8859-1", "Äneas")]
    [DataRow("ISO_IR 100", "windows-1252", "Ž€")]
    [DataRow("ISO_IR 999", "iso-8859-5", "Люкceмбypг")]
    [DataRow("no such set", "utf-8", "Äneas")]
    [DataRow(null, "utf-8", "Äneas")]
    [DataRow(null, "iso-8859-1", "Äneas")]
    [DataRow("ISO_IR 127", "iso-8859-1", "¡©Ä")]
    public void Bytes_that_their_character_set_does_not_have_stay_under_the_name_that_they_came_with(
        string? term, string encoding, string text)
    {
        var bytes = (CodePagesEncodingProvider.Instance.GetEncoding(encoding) ?? Encoding.GetEncoding(encoding)).GetBytes(text);
        var output = Derive(term, bytes);
        Assert.AreEqual(term, output.GetString(Tags.SpecificCharacterSet));
        CollectionAssert.AreEqual(bytes, Trimmed(output, Tags.PatientName));
        CollectionAssert.AreEqual(bytes, Trimmed(output.GetItem(Tags.RadiopharmaceuticalInformationSequence)!, _comments));

        // What is added is in ASCII, which all of them have.
        CollectionAssert.AreEqual(
            bytes.Concat(" TAT restored - not for diagnostic use"u8.ToArray()).ToArray(), Trimmed(output, Tags.SeriesDescription));
        Assert.AreEqual("a ? b", output.GetItem(Tags.ContributingEquipmentSequence)!.GetStrings(Tags.SoftwareVersions)[1]);
    }

    [TestMethod]
    public void A_multibyte_set_in_the_first_place_begins_in_ASCII()
    {
        var output = Derive("ISO 2022 IR 87",
            [.. "Yamada^Tarou="u8, 0x1B, .. "$B;3ED"u8, 0x1B, .. "(B^"u8, 0x1B, .. "$BB@O:"u8, 0x1B, .. "(B"u8]);
        Assert.AreEqual("Yamada^Tarou=山田^太郎", output.GetString(Tags.PatientName));
    }

    private static byte[] Trimmed(DicomDataSet data, DicomTag tag) => data.Find(tag)!.Value.AsSpan().TrimEnd((byte)' ').ToArray();

    private static DicomDataSet Derive(string? term, byte[] text)
    {
        using var files = new SyntheticDicom();
        var data = SyntheticDicom.Slice(1, 0);
        if (term is not null)
        {
            data.SetText(Tags.SpecificCharacterSet, DicomVr.CS, term);
        }

        data.Set(new DicomElement(Tags.PatientName, DicomVr.PN, text));
        data.Set(new DicomElement(Tags.SeriesDescription, DicomVr.LO, text));
        var item = new DicomDataSet();
        item.Set(new DicomElement(_comments, DicomVr.LT, text));
        data.SetItems(Tags.RadiopharmaceuticalInformationSequence, item);
        var destination = Path.Combine(files.Folder, "derived.dcm");
        using var source = ImageFormats.Open(files.Write(data));
        new DicomFormat().WriteDerived(source, destination, [source.ReadSlice(0)], new() { Model = "a ж b" });
        return DicomProviders.Current.Read(destination).DataSet;
    }
}
