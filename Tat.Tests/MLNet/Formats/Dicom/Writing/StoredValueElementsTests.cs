using System.Globalization;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Providers;
using Tat.MLNet.Formats.Dicom.Writing;
using Tat.Torch.Imaging;

namespace Tat.Tests.Formats.Dicom;

[TestClass]
public class StoredValueElementsTests
{
    private static readonly DicomTag _windowCenter = new(0x0028, 0x1050);

    /// <summary>
    /// All of the table that goes, but the pixels and what follows them, and the table that would take the place of the rescale.
    /// </summary>
    private static readonly DicomTag[] _removed = [.. StoredValueElements.Standard.Values
        .Where(element => element.Fate == StoredValueFate.Removed && element.Tag.Group is not (0x7FE0 or 0xFFFC)
            && element.Tag != Tags.ModalityLutSequence)
        .Select(element => element.Tag)];

    [TestMethod]
    public void Every_element_of_the_dictionary_with_the_sign_of_the_pixels_is_in_the_table()
    {
        using var stream = typeof(VrDictionary).Assembly.GetManifestResourceStream("Tat.MLNet.Dicom.ValueRepresentations.txt")!;
        using var reader = new StreamReader(stream);
        var tags = reader.ReadToEnd().Split('\n').Select(line => line.Split(' '))
            .Where(words => words.Length > 2 && words[1] is "xs" or "lt")
            .SelectMany(words =>
                words.Skip(2).Select(element =>
                    new DicomTag(ushort.Parse(words[0], NumberStyles.HexNumber), ushort.Parse(element, NumberStyles.HexNumber)))).ToList();
        Assert.IsGreaterThan(25, tags.Count);
        foreach (var tag in tags)
        {
            Assert.IsTrue(StoredValueElements.Standard.ContainsKey(tag), tag.ToString());
        }
    }

    [TestMethod]
    public void Every_element_whose_name_in_an_independent_dictionary_speaks_of_stored_values_is_in_the_table()
    {
        // Not groups of printers, presentation states, hanging protocols and waveforms, which no image has.
        const string code = """
            import re
            from pydicom._dicom_dict import DicomDictionary as D
            words = ("pixel value", "pixel padding", r"\blut\b", "lookup table", "real world value", "histogram", "rescale",
                     "stored value", "^window (center|width)", "lossy image", "pixel intensity", "pixel representation",
                     r"bits (allocated|stored|grouped)", "high bit", "icon image", "gray scale", "pixel data provider")
            groups = (0x0008, 0x0018, 0x0022, 0x0028, 0x0040, 0x0048, 0x0054, 0x0060, 0x0088, 0x3004)
            for tag, (vr, vm, name, retired, keyword) in D.items():
                if tag >> 16 in groups and re.search("|".join(words), name.lower()):
                    print("%08X %s" % (tag, keyword))
            """;
        var lines = Peer.Python(code).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.IsGreaterThan(70, lines.Length);

        // References to other objects; numbers of the frames that a table is for; the dimensions of a table of an encoding that is not
        // read.
        string[] others =
        [
            "ReferencedColorPaletteInstanceUID", "ReferencedRealWorldValueMappingInstanceSequence", "LUTFrameRange", "LUTNumber",
            "LossyImageCompressionRetired",
        ];
        var missing =
            lines.Where(line => !StoredValueElements.Standard.ContainsKey(DicomTag.Of(uint.Parse(line[..8], NumberStyles.HexNumber)))
                && !others.Contains(line[9..])).ToList();
        Assert.IsEmpty(missing, string.Join('\n', missing));
    }

    [TestMethod]
    [DataRow("classic")]
    [DataRow("shared")]
    [DataRow("frames")]
    [DataRow("private")]
    public void What_maps_the_old_stored_values_is_nowhere_in_a_derived_object(string where)
    {
        using var files = new SyntheticDicom();
        var data = where is "classic" or "private" ? SyntheticDicom.Slice(1, 0) : SyntheticDicom.Enhanced(0, 1, 2);
        var described = new DicomDataSet();
        foreach (var target in where == "classic" ? new[] { data } : [data, described])
        {
            Describe(target);
        }

        switch (where)
        {
            case "shared":
                described.SetItems(Tags.PixelValueTransformationSequence, Rescale());
                data.SetItems(Tags.SharedFunctionalGroupsSequence, described);
                break;
            case "frames":
                described.SetItems(Tags.PixelValueTransformationSequence, Rescale());
                data.GetItems(Tags.PerFrameFunctionalGroupsSequence)[1].SetItems(new DicomTag(0x0040, 0xE010), described);
                break;
            case "private":
                data.SetText(new DicomTag(0x2005, 0x0014), DicomVr.LO, "Philips MR Imaging DD 005");
                data.SetItems(new DicomTag(0x2005, 0x140F), described);
                break;
        }

        var (before, after, output) = Derive(files, data);
        for (var i = 0; i < before.Count; i++)
        {
            CollectionAssert.AreEqual(before[i].Select(value => value + 5).ToArray(), after[i]);
        }

        var left = Everywhere(output).ToList();
        Assert.IsEmpty(_removed.Intersect(left));
        Assert.DoesNotContain(new DicomTag(0x2005, 0x100E), left, "scale slope");
        Assert.Contains(new DicomTag(0x2005, 0x1033), left, "what tells nothing of values stays");
        Assert.AreEqual("40", output.GetString(_windowCenter), "a window is in modality values");
    }

    [TestMethod]
    public void Elements_of_a_private_sequence_in_an_implicit_file_are_found()
    {
        using var files = new SyntheticDicom();
        var path = files.Write(SyntheticDicom.Slice(1, 0));
        const string code = """
            import sys, pydicom
            from pydicom.dataset import Dataset
            from pydicom.sequence import Sequence
            d, inner = pydicom.dcmread(sys.argv[1]), Dataset()
            inner.add_new((0x2005, 0x0010), 'LO', 'Philips MR Imaging DD 001')
            inner.add_new((0x2005, 0x100E), 'FL', 0.25)
            inner.add_new((0x2005, 0x1033), 'FL', 3)
            d.add_new((0x2005, 0x0014), 'LO', 'Philips MR Imaging DD 005')
            d.add_new((0x2005, 0x140F), 'SQ', Sequence([inner]))
            d.file_meta.TransferSyntaxUID = pydicom.uid.ImplicitVRLittleEndian
            d.is_implicit_VR = True
            d.save_as(sys.argv[1])
            """;
        Peer.Python(code, path);
        var output = Derive(files, path).Output;
        var inner = output.GetItem(new DicomTag(0x2005, 0x140F))!;
        Assert.IsFalse(inner.Contains(new DicomTag(0x2005, 0x100E)));
        Assert.IsTrue(inner.Contains(new DicomTag(0x2005, 0x1033)));
    }

    [TestMethod]
    public void One_rescale_of_all_frames_is_written_where_the_source_has_it()
    {
        using var files = new SyntheticDicom();
        var data = SyntheticDicom.Enhanced(0, 1, 2);
        data.Remove(Tags.PerFrameFunctionalGroupsSequence);
        var shared = new DicomDataSet();
        shared.SetItems(Tags.PixelValueTransformationSequence, Rescale());
        data.SetItems(Tags.SharedFunctionalGroupsSequence, shared);
        var (before, after, output) = Derive(files, data);
        for (var i = 0; i < 3; i++)
        {
            CollectionAssert.AreEqual(before[i].Select(value => value + 5).ToArray(), after[i]);
        }

        Assert.IsTrue(output.GetItem(Tags.SharedFunctionalGroupsSequence)!.Contains(Tags.PixelValueTransformationSequence));
        Assert.IsFalse(output.Contains(Tags.RescaleSlope));
    }

    [TestMethod]
    public void Padding_is_told_only_where_all_frames_store_it_alike()
    {
        using var files = new SyntheticDicom();
        var data = SyntheticDicom.Enhanced(0, 1);
        data.SetText(Tags.Modality, DicomVr.CS, "PT");
        data.SetText(Tags.Units, DicomVr.CS, "PROPCNTS");
        data.SetText(Tags.RescaleIntercept, DicomVr.DS, "0");
        data.SetUnsigned(Tags.PixelPaddingValue, 3);
        var output = Derive(files, data).Output;
        Assert.IsFalse(output.Contains(Tags.PixelPaddingValue), "each frame has a slope of its own");
        data.SetUnsigned(Tags.PixelPaddingValue, 0);
        Assert.AreEqual(0, Derive(files, data).Output.GetInt(Tags.PixelPaddingValue));
    }

    [TestMethod]
    public void The_real_world_map_of_an_enhanced_MR_goes_with_its_stored_values()
    {
        using var files = new SyntheticDicom();
        var output = Derive(files, TestData.Path("data/faults/imaging/03_enhanced_real_world_map/a.dcm")).Output;
        Assert.DoesNotContain(new DicomTag(0x0040, 0x9096), Everywhere(output));
    }

    private static void Describe(DicomDataSet data)
    {
        foreach (var tag in _removed)
        {
            data.Set(VrDictionary.Find(tag, signedPixels: true) switch
            {
                DicomVr.SQ => new DicomElement(tag, [Rescale()]),
                var vr when vr.IsText() => new DicomElement(tag, vr, "1"u8.ToArray()),
                var vr => new DicomElement(tag, vr, new byte[16]),
            });
        }

        // The overlay has data of its own, so that it stays, and its statistics go.
        data.Set(new DicomElement(new DicomTag(0x6000, 0x3000), DicomVr.OW, new byte[6]));
        data.SetText(_windowCenter, DicomVr.DS, "40");
        data.SetText(Tags.WindowWidth, DicomVr.DS, "400");
        data.SetText(new DicomTag(0x2005, 0x0010), DicomVr.LO, "Philips MR Imaging DD 001");
        data.Set(new DicomElement(new DicomTag(0x2005, 0x100E), DicomVr.FL, BitConverter.GetBytes(0.25f)));
        data.Set(new DicomElement(new DicomTag(0x2005, 0x1033), DicomVr.FL, BitConverter.GetBytes(3f)));
    }

    private static DicomDataSet Rescale()
    {
        var item = new DicomDataSet();
        item.SetText(Tags.RescaleSlope, DicomVr.DS, "2");
        item.SetText(Tags.RescaleIntercept, DicomVr.DS, "-1024");
        item.SetText(Tags.RescaleType, DicomVr.LO, "HU");
        return item;
    }

    private static (List<float[]> Before, List<float[]> After, DicomDataSet Output) Derive(SyntheticDicom files, DicomDataSet data) =>
        Derive(files, files.Write(data));

    private static (List<float[]> Before, List<float[]> After, DicomDataSet Output) Derive(SyntheticDicom files, string path)
    {
        var destination = Path.Combine(files.Folder, $"{Guid.NewGuid():N}.dcm");
        using var source = ImageFormats.Open(path, new() { Pet = PetQuantity.AsStored });
        var before = Enumerable.Range(0, source.SliceCount).Select(source.ReadSlice).ToList();
        new DicomFormat().WriteDerived(source, destination,
            before.Select(slice => new ImageSlice(Array.ConvertAll(slice.Pixels, value => value + 5), slice.Height, slice.Width)));
        using var derived = ImageFormats.Open(destination, new() { Pet = PetQuantity.AsStored });
        var after = Enumerable.Range(0, derived.SliceCount).Select(index => derived.ReadSlice(index).Pixels).ToList();
        return (before.ConvertAll(slice => slice.Pixels), after, DicomProviders.Current.Read(destination).DataSet);
    }

    private static IEnumerable<DicomTag> Everywhere(DicomDataSet data) => data.SelectMany(element =>
        (element.Items ?? []).SelectMany(Everywhere).Prepend(element.Tag));
}
