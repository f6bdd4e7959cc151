using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Series;

namespace Tat.Tests.Formats.Dicom.Series;

[TestClass]
public class ImageCopiesTests
{
    [TestMethod]
    public void An_image_that_is_there_twice_is_one_slice()
    {
        using var files = new SyntheticDicom();
        for (var i = 0; i < 3; i++)
        {
            files.Write(SyntheticDicom.Slice(i + 1, i), $"{i}.dcm");
        }

        File.Copy(Path.Combine(files.Folder, "1.dcm"), Path.Combine(files.Folder, "z.dcm"));
        var (slices, leftOut) = Open(files);
        CollectionAssert.AreEqual(new[] { "0.dcm", "1.dcm", "2.dcm" }, slices);
        Assert.Contains("the image of '1.dcm' once more", leftOut.Single().Reason);
    }

    [TestMethod]
    public void The_undamaged_copy_is_taken()
    {
        using var files = new SyntheticDicom();
        var data = SyntheticDicom.Slice(1, 0);
        File.Move(files.WriteEncapsulated(data, "1.2.840.10008.1.2.5", new byte[80]), Path.Combine(files.Folder, "a.dcm"));
        files.Write(data, "b.dcm");
        var (slices, leftOut) = Open(files);
        Assert.AreEqual("b.dcm", slices.Single());
        Assert.Contains("pixels are damaged; 'b.dcm' is the same image", leftOut.Single().Reason);
    }

    [TestMethod]
    public void Other_pixels_under_the_same_UID_are_told_of()
    {
        using var files = new SyntheticDicom();
        files.Write(SyntheticDicom.Slice(1, 0), new byte[96], "a.dcm");
        files.Write(SyntheticDicom.Slice(1, 0), "b.dcm");
        var (slices, leftOut) = Open(files);
        Assert.AreEqual("a.dcm", slices.Single());
        Assert.Contains("other pixels than 'a.dcm', which has the same SOP Instance UID", leftOut.Single().Reason);
    }

    [TestMethod]
    [DataRow("jpeg_55", "compressed with loss")]
    [DataRow("jpegls_80", "once more")]
    public void Another_encoding_of_an_image_is_that_image(string encoding, string reason)
    {
        using var files = new SyntheticDicom();
        var other = Path.Combine(files.Folder, "b.dcm");
        File.Copy(TestData.Path("data/dicom/ct_chest_explicit_le.dcm"), Path.Combine(files.Folder, "c.dcm"));
        File.Copy(TestData.Path($"data/dicom/ct_chest_{encoding}.dcm"), other);
        Peer.Run("dcmodify", "-nb", "-m", "0008,0008=ORIGINAL\\PRIMARY\\AXIAL", other);
        var (slices, leftOut) = Open(files);
        Assert.AreEqual(encoding == "jpeg_55" ? "c.dcm" : "b.dcm", slices.Single());
        Assert.Contains(reason, leftOut.Single().Reason);
    }

    [TestMethod]
    public void Images_at_places_of_their_own_stay_whatever_their_UID()
    {
        using var files = new SyntheticDicom();
        for (var i = 0; i < 3; i++)
        {
            var data = SyntheticDicom.Slice(i + 1, i);
            data.SetText(Tags.SopInstanceUid, DicomVr.UI, "1.2.3.9");
            files.Write(data);
        }

        using var scan = ImageFormats.Open(files.Folder);
        Assert.AreEqual(3, scan.SliceCount);
        Assert.Contains("2 images at places of their own have the SOP Instance UID of another one", scan.Properties["Remarks"]);
    }

    private static (string[] Slices, IReadOnlyList<LeftOutFile> LeftOut) Open(SyntheticDicom files)
    {
        using var scan = (DicomScan)ImageFormats.Open(files.Folder);
        return ([.. scan.Slices.Select(slice => Path.GetFileName(slice.Source.Path))], scan.LeftOut);
    }
}
