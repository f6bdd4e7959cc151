using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Providers;
using Tat.MLNet.Formats.Nifti;
using Tat.MLNet.Scans;

namespace Tat.Tests.Formats.Dicom.Series;

[TestClass]
public class SeriesTests
{
    [TestMethod]
    [DataRow(null)]
    [DataRow("1.2.3.4")]
    public void A_slice_that_is_empty_or_cut_anywhere_is_named(string? series)
    {
        using var files = new SyntheticDicom();
        for (var i = 0; i < 3; i++)
        {
            files.Write(SyntheticDicom.Slice(i, i), $"{i}.dcm");
        }

        var whole = File.ReadAllBytes(files.Write(SyntheticDicom.Slice(3, 3), "3.dcm"));
        var elements = DicomProviders.Current.Read(Path.Combine(files.Folder, "3.dcm")).DataSet.Select(element => element.Tag)
            .Append(Tags.PixelData);
        var starts = elements.Select(tag =>
            132 + whole.AsSpan(132).IndexOf<byte>([(byte)tag.Group, (byte)(tag.Group >> 8), (byte)tag.Element, (byte)(tag.Element >> 8)]));
        foreach (var length in starts.SelectMany(start => new[] { start, start + 3, start + 9 }).Append(0).Append(whole.Length - 1))
        {
            File.WriteAllBytes(Path.Combine(files.Folder, "3.dcm"), whole[..length]);
            using var scan = ImageFormats.Open(files.Folder, new() { SeriesInstanceUid = series });
            Assert.AreEqual(3, scan.SliceCount);
            Assert.Contains("3.dcm", scan.Properties["Left out"], $"cut to {length} bytes");
            Assert.Contains("3.dcm",
                Assert.ThrowsExactly<ImageFormatException>(() => ImageFormats.Open(Path.Combine(files.Folder, "3.dcm"))).Message);
        }
    }

    [TestMethod]
    public void A_single_slice_keeps_its_orientation_in_NIfTI()
    {
        using var files = new SyntheticDicom();
        using var source = ImageFormats.Open(TestData.Path("data/faults/imaging/23_single_slice_to_nifti.dcm"));
        var destination = Path.Combine(files.Folder, "out.nii.gz");
        new NiftiFormat().WriteDerived(source, destination, [source.ReadSlice(0)]);
        using var written = ImageFormats.Open(destination);
        Assert.AreEqual("-1 0 0 32; 0 -1 0 32; 0 0 2 0", written.Affine!.ToString());
        Assert.AreEqual(source.Affine!.ToString(), written.Affine.ToString());
    }

    [TestMethod]
    [DataRow(true, "-2 0 0 0; 0 -1 0 0; 0 0 3 5")]
    [DataRow(false, "-2 0 0 0; 0 -1 0 0; 0 0 1 5")]
    public void A_slice_is_as_thick_as_it_says(bool tells, string affine)
    {
        using var files = new SyntheticDicom();
        var data = SyntheticDicom.Slice(1, 5);
        if (tells)
        {
            data.SetText(Tags.SliceThickness, DicomVr.DS, "3");
        }

        using var scan = ImageFormats.Open(files.Write(data));
        Assert.AreEqual(affine, scan.Affine!.ToString());
    }

    [TestMethod]
    public void Slices_are_sorted_along_their_normal_whatever_the_names_and_numbers()
    {
        using var files = new SyntheticDicom();
        foreach (var (number, z) in new[] { (1, 7.5), (2, 0.0), (3, 5.0), (4, 2.5) })
        {
            files.Write(SyntheticDicom.Slice(number, z), $"{(number * 7) % 5}/x{number}");
        }

        using var scan = ImageFormats.Open(files.Folder);
        Assert.AreEqual(4, scan.SliceCount);
        Assert.AreEqual(2.5, scan.SliceSpacing);
        Assert.AreEqual((1.0, 2.0), (scan.RowSpacing, scan.ColumnSpacing));
        CollectionAssert.AreEqual(
            new[] { 200f, 400f, 300f, 100f }, Enumerable.Range(0, 4).Select(i => scan.ReadSlice(i).Pixels[0] + 1024).ToArray());
    }

    [TestMethod]
    public void Several_series_are_listed_and_one_can_be_chosen()
    {
        using var files = new SyntheticDicom();
        files.Write(SyntheticDicom.Slice(1, 0, "1.2.3.4"));
        files.Write(SyntheticDicom.Slice(2, 1, "1.2.3.4"));
        files.Write(SyntheticDicom.Slice(1, 0, "1.2.3.5"));
        File.WriteAllText(Path.Combine(files.Folder, "readme.txt"), "not an image");

        var exception = Assert.ThrowsExactly<ImageFormatException>(() => ImageFormats.Open(files.Folder));
        Assert.Contains("1.2.3.4  CT  number ?  2 slices of 8 × 6", exception.Message);
        Assert.Contains("1.2.3.5", exception.Message);
        Assert.DoesNotContain("Secret", exception.Message);

        using var scan = ImageFormats.Open(files.Folder, new() { SeriesInstanceUid = "1.2.3.4" });
        Assert.AreEqual(2, scan.SliceCount);
    }

    [TestMethod]
    [DataRow("missing", "1 slice is missing")]
    [DataRow("double", "1 slice lies at the position of another one")]
    [DataRow("turned", "differ by orientation")]
    [DataRow("nowhere", "no position or orientation")]
    [DataRow("uneven", "distances between slices is larger")]
    [DataRow("spacing", "or size of pixels")]
    public void What_is_no_regular_volume_is_refused_or_flagged(string kind, string problem)
    {
        using var files = new SyntheticDicom();
        for (var i = 0; i < 6; i++)
        {
            var data = SyntheticDicom.Slice(i + 1, kind == "missing" && i > 3 ? (i + 1) * 2 : i * 2);
            switch (kind)
            {
                case "double" when i == 3:
                    data.SetText(Tags.ImagePositionPatient, DicomVr.DS, ["0", "0", "4"]);
                    break;
                case "turned" when i == 3:
                    data.SetText(Tags.ImageOrientationPatient, DicomVr.DS, ["0", "1", "0", "-1", "0", "0"]);
                    break;
                case "nowhere" when i == 3:
                    data.Remove(Tags.ImagePositionPatient);
                    break;
                case "uneven" when i == 5:
                    data.SetText(Tags.ImagePositionPatient, DicomVr.DS, ["0", "0", "10.6"]);
                    break;
                case "spacing" when i == 3:
                    data.SetText(Tags.PixelSpacing, DicomVr.DS, ["1", "1.9"]);
                    break;
            }

            files.Write(data);
        }

        var exception = Assert.ThrowsExactly<ImageFormatException>(() => ImageFormats.Open(files.Folder));
        Assert.Contains(problem, exception.Message);
        using var scan = ImageFormats.Open(files.Folder, new() { AllowIrregularSeries = true });
        Assert.AreEqual(6, scan.SliceCount);
        Assert.Contains(problem, scan.Properties["Irregular"]);
    }

    [TestMethod]
    public void Slices_of_different_sizes_are_scans_of_their_own()
    {
        using var files = new SyntheticDicom();
        files.Write(SyntheticDicom.Slice(1, 0));
        var other = SyntheticDicom.Slice(2, 1);
        other.SetUnsigned(Tags.Columns, 7);
        files.Write(other);
        var exception = Assert.ThrowsExactly<ImageFormatException>(() =>
            ImageFormats.Open(files.Folder, new() { AllowIrregularSeries = true }));
        Assert.Contains("mixes images of", exception.Message);
        var found = ScanFinder.Find([files.Folder]).Scans;
        Assert.HasCount(2, found.Select(scan => scan.Name).Distinct());
        CollectionAssert.AreEquivalent(new[] { 6, 7 }, found.Select(source =>
        {
            using var scan = source.Open();
            return scan.Columns;
        }).ToArray());
    }

    [TestMethod]
    public void A_CT_without_rescale_is_refused_unless_allowed()
    {
        using var files = new SyntheticDicom();
        var data = SyntheticDicom.Slice(1, 0);
        data.Remove(Tags.RescaleSlope);
        data.Remove(Tags.RescaleIntercept);
        var path = files.Write(data);
        Assert.Contains("HU are unknown", Assert.ThrowsExactly<ImageFormatException>(() => ImageFormats.Open(path)).Message);
        using var scan = ImageFormats.Open(path, new() { AllowUncalibratedCt = true });
        Assert.AreEqual(100f, scan.ReadSlice(0).Pixels[0]);
        Assert.AreEqual("HU", scan.Unit);
    }

    [TestMethod]
    [DoNotParallelize]
    public void A_long_series_takes_little_memory()
    {
        using var files = new SyntheticDicom();
        for (var i = 0; i < 80; i++)
        {
            var data = SyntheticDicom.Slice(i + 1, i);
            data.SetUnsigned(Tags.Rows, 256);
            data.SetUnsigned(Tags.Columns, 256);
            files.Write(data);
        }

        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var scan = ImageFormats.Open(files.Folder);
        for (var i = 0; i < scan.SliceCount; i++)
        {
            Assert.AreEqual(256, scan.ReadSlice(i).Height);
        }

        var kept = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.IsLessThan(1_500_000, kept);
        Assert.AreEqual(80, scan.SliceCount);
    }
}
