using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom;
using Tat.MLNet.Formats.Dicom.Deidentification;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Providers;

namespace Tat.Tests.Formats.Dicom;

[TestClass]
public class DeidentificationTests
{
    [TestMethod]
    public void Nothing_of_the_patient_is_left_in_or_under_sequences()
    {
        using var files = new SyntheticDicom();
        var inner = new DicomDataSet();
        inner.SetText(Tags.PatientName, DicomVr.PN, "Secret^Inner");
        inner.SetText(Tags.ReferencedSopInstanceUid, DicomVr.UI, "1.2.3.4.1");
        inner.SetText(Tags.ReferencedSopClassUid, DicomVr.UI, "1.2.840.10008.5.1.4.1.1.2");
        var data = SyntheticDicom.Slice(1, 0);
        data.SetItems(new DicomTag(0x0008, 0x1140), inner);
        data.SetText(Tags.PatientId, DicomVr.LO, "Secret4711");
        data.SetText(new DicomTag(0x0010, 0x4000), DicomVr.LT, "Secret comment");
        data.SetText(new DicomTag(0x0008, 0x0080), DicomVr.LO, "Secret hospital");
        data.SetText(new DicomTag(0x0009, 0x0010), DicomVr.LO, "SECRET CREATOR");
        data.SetText(new DicomTag(0x0009, 0x1001), DicomVr.LO, "Secret private");
        data.SetText(Tags.SeriesDescription, DicomVr.LO, "Secret series");
        var path = files.Write(data);

        var output = Write(path, Path.Combine(files.Folder, "a.dcm"), "key");
        var text = System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(Path.Combine(files.Folder, "a.dcm")));
        Assert.DoesNotContain("secret", text.ToLowerInvariant());
        Assert.DoesNotContain("1.2.3.4", text);
        Assert.AreEqual("YES", output.GetString(Tags.PatientIdentityRemoved));
        Assert.AreEqual("113100", output.GetItem(Tags.DeidentificationMethodCodeSequence)!.GetString(Tags.CodeValue));
        Assert.AreEqual("TAT restored – not for diagnostic use", output.GetString(Tags.SeriesDescription));
        Assert.AreEqual("1.2.840.10008.5.1.4.1.1.2", output.GetItem(new DicomTag(0x0008, 0x1140))!.GetString(Tags.ReferencedSopClassUid));

        // The same UID gives the same one everywhere, and in the next run with the same key.
        Assert.AreEqual(
            output.GetItem(new DicomTag(0x0008, 0x1140))!.GetString(Tags.ReferencedSopInstanceUid),
            output.GetItem(Tags.SourceImageSequence)!.GetString(Tags.ReferencedSopInstanceUid));
        var again = Write(path, Path.Combine(files.Folder, "b.dcm"), "key");
        Assert.AreEqual(output.GetString(Tags.StudyInstanceUid), again.GetString(Tags.StudyInstanceUid));
        Assert.AreEqual(output.GetString(Tags.PatientId), again.GetString(Tags.PatientId));
        var other = Write(path, Path.Combine(files.Folder, "c.dcm"), null);
        Assert.AreNotEqual(output.GetString(Tags.StudyInstanceUid), other.GetString(Tags.StudyInstanceUid));
    }

    [TestMethod]
    public void PET_keeps_its_SUV_without_the_weight_and_the_times_that_they_were_computed_of()
    {
        using var files = new SyntheticDicom();
        var path = files.Write(SyntheticDicom.Pet());
        var destination = Path.Combine(files.Folder, "a.dcm");
        var output = Write(path, destination, "key");
        Assert.IsNull(output.GetString(Tags.PatientWeight));
        Assert.AreEqual("GML", output.GetString(Tags.Units));
        using var before = ImageFormats.Open(path);
        using var after = ImageFormats.Open(destination);
        Assert.AreEqual("SUV", after.Unit);
        Assert.AreEqual(before.ReadSlice(0).Pixels[40], after.ReadSlice(0).Pixels[40], 1e-6);
    }

    [TestMethod]
    public void Text_in_the_pixels_cannot_be_removed_and_is_refused()
    {
        using var files = new SyntheticDicom();
        var data = SyntheticDicom.Slice(1, 0);
        data.SetText(Tags.BurnedInAnnotation, DicomVr.CS, "YES");
        var path = files.Write(data);
        Assert.Contains("burned",
            Assert.ThrowsExactly<ImageFormatException>(() => Write(path, Path.Combine(files.Folder, "a.dcm"), null)).Message);
        Assert.HasCount(1, Directory.GetFileSystemEntries(files.Folder));
    }

    [TestMethod]
    public void Wrong_representations_unknown_elements_and_other_calendars_hide_nothing()
    {
        using var files = new SyntheticDicom();
        var data = SyntheticDicom.Slice(1, 0);
        data.SetText(Tags.StudyInstanceUid, DicomVr.LO, "1.2.3.4.99");
        data.SetText(new DicomTag(0x0010, 0x0033), DicomVr.LO, "Secret birthday");
        data.SetText(new DicomTag(0x0012, 0x7F7F), DicomVr.LO, "Secret of nobody's standard");
        var path = files.Write(data);
        var output = Write(path, Path.Combine(files.Folder, "a.dcm"), "key");
        var text = System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(Path.Combine(files.Folder, "a.dcm")));
        Assert.DoesNotContain("secret", text.ToLowerInvariant());
        Assert.DoesNotContain("1.2.3.4.99", text);
        Assert.StartsWith("2.25.", output.GetString(Tags.StudyInstanceUid)!);
    }

    [TestMethod]
    [DataRow(0x0018, 0x0032, "LO")] // A sequence.
    [DataRow(0x0044, 0x0101, "LT")]
    [DataRow(0x3010, 0x0099, "UT")]
    [DataRow(0x0018, 0x0032, "OB")]
    [DataRow(0x0018, 0x0032, "XX")]
    [DataRow(0x0018, 0x1310, "LO")] // US
    [DataRow(0x0018, 0x1310, "UN")]
    [DataRow(0x0018, 0x9073, "LO")] // FD
    [DataRow(0x0018, 0x0080, "LO")] // DS
    [DataRow(0x0018, 0x0020, "LO")] // CS
    [DataRow(0x0018, 0x0020, "OB")]
    [DataRow(0x0028, 0x1201, "LO")] // OW
    [DataRow(0x0008, 0x0016, "LO")] // UI
    public void A_text_where_the_standard_wants_none_is_removed(int group, int element, string vr)
    {
        var data = SyntheticDicom.Slice(1, 0);
        var tag = new DicomTag((ushort)group, (ushort)element);
        data.Set(new DicomElement(tag, DicomVrs.Of((byte)vr[0], (byte)vr[1]), [.. "Secret^Name "u8]));
        new Deidentifier("key").Apply(data);
        Assert.IsNull(data.Find(tag));
    }

    [TestMethod]
    public void A_sequence_where_the_standard_wants_none_is_removed()
    {
        var data = SyntheticDicom.Slice(1, 0);
        var inner = new DicomDataSet();
        inner.SetText(Tags.Modality, DicomVr.CS, "SECRET");
        data.SetItems(new DicomTag(0x0018, 0x0020), inner);
        new Deidentifier("key").Apply(data);
        Assert.IsNull(data.Find(new DicomTag(0x0018, 0x0020)));
    }

    [TestMethod]
    public void What_an_element_is_meant_to_say_stays_under_another_representation()
    {
        var data = SyntheticDicom.Slice(1, 0);
        data.SetText(new DicomTag(0x0018, 0x0080), DicomVr.LO, "2500.5");
        data.SetText(new DicomTag(0x0018, 0x0020), DicomVr.LO, "SE");
        data.SetText(new DicomTag(0x0018, 0x1310), DicomVr.IS, "256", "0", "0", "192");
        data.Set(new DicomElement(new DicomTag(0x0018, 0x0091), DicomVr.US, [3, 0]));
        new Deidentifier("key").Apply(data);
        foreach (var tag in new DicomTag[] { new(0x0018, 0x0080), new(0x0018, 0x0020), new(0x0018, 0x1310), new(0x0018, 0x0091) })
        {
            Assert.IsNotNull(data.Find(tag), tag.ToString());
        }
    }

    [TestMethod]
    [DataRow("yes")]
    [DataRow("Yes")]
    public void Text_in_the_pixels_is_refused_in_any_letter_case(string value)
    {
        using var files = new SyntheticDicom();
        var data = SyntheticDicom.Slice(1, 0);
        data.SetText(Tags.BurnedInAnnotation, DicomVr.CS, value);
        var path = files.Write(data);
        Assert.ThrowsExactly<ImageFormatException>(() => Write(path, Path.Combine(files.Folder, "a.dcm"), null));
    }

    [TestMethod]
    [DataRow("example_nifti2.nii.gz")]
    [DataRow("anatomical.nii")]
    public void A_NIfTI_file_keeps_none_of_its_texts(string name)
    {
        using var files = new SyntheticDicom();
        using var source = ImageFormats.Open(TestData.Path("data/nifti/" + name));
        var header = Nifti.NiftiSamples.FileOf(source).Header;
        "Secret^Name"u8.CopyTo(header.Description);
        var destination = Path.Combine(files.Folder, "a.nii");
        source.Format.WriteDerived(source, destination, Nifti.NiftiSamples.SlicesOf(source), new() { Deidentify = true });
        Assert.DoesNotContain("Secret", System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(destination)));
        using var written = ImageFormats.Open(destination);
        Assert.IsEmpty(Nifti.NiftiSamples.FileOf(written).Extensions);
        Assert.AreEqual(source.Affine?.ToString(), written.Affine?.ToString());
    }

    private static DicomDataSet Write(string path, string destination, string? key)
    {
        using var scan = ImageFormats.Open(path);
        new DicomFormat().WriteDerived(scan, destination, [scan.ReadSlice(0)], new() { Deidentify = true, DeidentificationKey = key });
        return DicomProviders.Current.Read(destination).DataSet;
    }
}
