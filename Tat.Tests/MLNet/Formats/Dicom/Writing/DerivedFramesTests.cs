using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Providers;
using Tat.MLNet.Formats.Dicom.Series;
using static Tat.Tests.Formats.Dicom.DerivedSeriesTests;

namespace Tat.Tests.Formats.Dicom;

/// <summary>Series of objects with several frames each.</summary>
[TestClass]
public sealed class DerivedFramesTests
{
    private static readonly DicomFormat _format = new();

    [TestMethod]
    public void Enhanced_multi_frame_objects_get_a_rescale_for_each_frame()
    {
        using var target = new SyntheticDicom();
        using var source = ImageFormats.Open(TestData.Path("data/dicom/emri_small.dcm"));
        var destination = Path.Combine(target.Folder, "out.dcm");
        _format.WriteDerived(source, destination, Slices(source));
        using var derived = ImageFormats.Open(destination);
        Assert.AreEqual(10, derived.SliceCount);
        for (var i = 0; i < 10; i++)
        {
            CollectionAssert.AreEqual(source.ReadSlice(i).Pixels, derived.ReadSlice(i).Pixels);
        }
    }

    [TestMethod]
    [DataRow(true, new[] { 9.0, 6, 3, 0 })]
    [DataRow(false, new[] { 9.0, 6, 3, 0 })]
    [DataRow(true, new[] { 3.0, 9, 0, 6 })]
    [DataRow(false, new[] { 0.0, 3, 0, 3 })]
    public void A_frame_stays_at_its_place_whatever_the_order_of_the_frames(bool inFolder, double[] heights)
    {
        using var files = new SyntheticDicom();
        using var target = new SyntheticDicom();
        var file = files.Write(SyntheticDicom.Enhanced(heights));
        var destination = Path.Combine(target.Folder, "out");
        using (var source = ImageFormats.Open(inFolder ? files.Folder : file))
        {
            _format.WriteDerived(source, destination, Slices(source, value => value + 7), new() { WriteDifference = true });
        }

        using var before = (DicomScan)ImageFormats.Open(file);
        foreach (var kind in new[] { "restored", "difference" })
        {
            using var after = (DicomScan)ImageFormats.Open(Directory.GetFiles(Path.Combine(destination, kind)).Single());
            for (var frame = 0; frame < heights.Length; frame++)
            {
                var (expected, actual) = (before.Slices.Single(slice => slice.Frame == frame),
                    after.Slices.Single(slice => slice.Frame == frame));
                Assert.AreEqual(heights[frame], actual.Plane!.Position.Z);
                CollectionAssert.AreEqual(
                    Array.ConvertAll(expected.Read().Pixels, value => kind == "restored" ? value + 7 : 7), actual.Read().Pixels);
            }
        }
    }

    [TestMethod]
    public void A_file_is_the_same_scan_as_a_folder_that_holds_it()
    {
        using var files = new SyntheticDicom();
        using var file = ImageFormats.Open(files.Write(SyntheticDicom.Enhanced(9, 6, 3, 0)));
        using var folder = ImageFormats.Open(files.Folder);
        Assert.AreEqual("LPS", file.Affine!.Orientation);
        Assert.AreEqual(3, file.SliceSpacing);
        Assert.AreEqual(folder.Affine!.ToString(), file.Affine.ToString());
        for (var i = 0; i < 4; i++)
        {
            CollectionAssert.AreEqual(folder.ReadSlice(i).Pixels, file.ReadSlice(i).Pixels);
        }
    }

    [TestMethod]
    public void A_number_of_frames_that_says_none_is_that_of_the_frames()
    {
        using var files = new SyntheticDicom();
        var data = SyntheticDicom.Slice(1, 0);
        data.SetText(Tags.NumberOfFrames, DicomVr.IS, "0");
        using var source = ImageFormats.Open(files.Write(data, new byte[96]));
        var destination = Path.Combine(files.Folder, "x.dcm");
        _format.WriteDerived(source, destination, [source.ReadSlice(0)]);
        Assert.AreEqual(1, DicomProviders.Current.Read(destination).DataSet.GetInt(Tags.NumberOfFrames));
    }

    [TestMethod]
    public void Files_whose_frames_alternate_are_written_with_their_own_frames()
    {
        using var files = new SyntheticDicom();
        using var target = new SyntheticDicom();
        files.Write(SyntheticDicom.Enhanced(0, 6), "a.dcm");
        var other = SyntheticDicom.Enhanced(9, 3);
        other.SetText(Tags.SopInstanceUid, DicomVr.UI, "1.2.3.4.1");
        other.SetText(Tags.InstanceNumber, DicomVr.IS, "10");
        files.Write(other, "b.dcm");
        using var source = ImageFormats.Open(files.Folder);
        var destination = Path.Combine(target.Folder, "out");
        _format.WriteDerived(source, destination, Slices(source));
        using var derived = ImageFormats.Open(destination);
        for (var i = 0; i < 4; i++)
        {
            CollectionAssert.AreEqual(source.ReadSlice(i).Pixels, derived.ReadSlice(i).Pixels);
        }

        Assert.HasCount(2, Directory.GetFiles(destination));
    }

    [TestMethod]
    public void Parts_of_an_object_are_parts_of_a_new_one()
    {
        using var files = new SyntheticDicom();
        using var target = new SyntheticDicom();
        for (var part = 0; part < 2; part++)
        {
            var data = SyntheticDicom.Enhanced(6 * part, (6 * part) + 3);
            data.SetText(Tags.SopInstanceUid, DicomVr.UI, $"1.2.3.4.{part}");
            data.SetText(Tags.ConcatenationUid, DicomVr.UI, "1.2.3.5");
            data.SetText(Tags.SopInstanceUidOfConcatenationSource, DicomVr.UI, "1.2.3.6");
            files.Write(data);
        }

        using var source = ImageFormats.Open(files.Folder);
        var destination = Path.Combine(target.Folder, "out");
        _format.WriteDerived(source, destination, Slices(source), new() { WriteDifference = true });
        var uids = new HashSet<string?> { "1.2.3.5", "1.2.3.6" };
        foreach (var kind in new[] { "restored", "difference" })
        {
            var parts = Directory.GetFiles(Path.Combine(destination, kind))
                .Select(file => DicomProviders.Current.Read(file).DataSet).ToList();
            foreach (var tag in new[] { Tags.ConcatenationUid, Tags.SopInstanceUidOfConcatenationSource })
            {
                Assert.AreEqual(parts[0].GetString(tag), parts[1].GetString(tag));
                Assert.IsTrue(uids.Add(parts[0].GetString(tag)));
            }
        }
    }
}
