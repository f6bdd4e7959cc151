using System.IO.Compression;
using System.Text;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Deidentification;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Providers;
using Tat.Tests.Formats.Dicom;
using Tat.Tests.Formats.Nifti;

namespace Tat.Tests.Formats;

/// <summary>Images that lose their patient on the way in, and keep their values.</summary>
[TestClass]
public sealed class IntakeDeidentifierTests : IDisposable
{
    private const string Name = "Zaphod";
    private readonly TemporaryFolder _folder = new();
    private readonly SyntheticDicom _files = new();
    private readonly IntakeDeidentifier _deidentifier = new("secret");

    public void Dispose()
    {
        _folder.Dispose();
        _files.Dispose();
    }

    [TestMethod]
    public void Nothing_of_a_patient_is_left_in_any_element_that_the_profile_names()
    {
        var data = SyntheticDicom.Pet();
        data.SetText(Tags.PatientName, DicomVr.PN, Name);
        var named = 0;
        foreach (var tag in ProfileTags().Where(tag => tag.Group >= 8 && !data.Contains(tag)))
        {
            var vr = VrDictionary.Find(tag, signedPixels: false);
            if (vr != DicomVr.SQ && BasicProfile.Find(tag) != ProfileAction.ReplaceUid)
            {
                data.Set(new DicomElement(tag, vr, [.. "ZAPHOD"u8]));
                named++;
            }
        }

        Assert.IsGreaterThan(300, named);
        data.SetText(new DicomTag(0x0009, 0x0010), DicomVr.LO, Name);
        data.SetText(new DicomTag(0x0009, 0x1001), DicomVr.LO, Name);
        data.SetText(new DicomTag(0x7053, 0x0010), DicomVr.LO, "Philips PET Private Group");
        data.SetText(new DicomTag(0x7053, 0x1000), DicomVr.DS, Name);
        var clean = Copy(_files.Write(data, $"{Name}.dcm"));
        Assert.DoesNotContain(Name, Encoding.Latin1.GetString(File.ReadAllBytes(clean)), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("1.2.3.4", Encoding.Latin1.GetString(File.ReadAllBytes(clean)));
        var output = DicomProviders.Current.Read(clean).DataSet;
        Assert.AreEqual(("YES", "MODIFIED"),
            (output.GetString(Tags.PatientIdentityRemoved), output.GetString(Tags.LongitudinalTemporalInformationModified)));
        Assert.AreSequenceEqual(["113100", "113107", "113108", "113111"],
            output.GetItems(Tags.DeidentificationMethodCodeSequence).Select(code => code.GetString(Tags.CodeValue)));
        Assert.AreSequenceEqual(File.ReadAllBytes(clean), File.ReadAllBytes(Copy(Path.Combine(_files.Folder, $"{Name}.dcm"))));
    }

    [TestMethod]
    public void PET_has_the_SUV_of_its_source_across_midnight_and_with_dates_that_are_others()
    {
        var data = SyntheticDicom.Pet();
        data.SetText(Tags.PatientId, DicomVr.LO, "4711");
        data.SetText(Tags.SeriesDate, DicomVr.DA, "20240301");
        data.SetText(Tags.SeriesTime, DicomVr.TM, "003000");
        data.SetText(Tags.AcquisitionDate, DicomVr.DA, "20240301");
        data.SetText(Tags.AcquisitionTime, DicomVr.TM, "003500");
        var drug = data.GetItem(Tags.RadiopharmaceuticalInformationSequence)!;
        drug.SetText(Tags.RadiopharmaceuticalStartDateTime, DicomVr.DT, "20240229233000");
        var path = _files.Write(data);
        var clean = Copy(path);
        using var before = ImageFormats.Open(path);
        using var after = ImageFormats.Open(clean);
        Assert.AreEqual(("SUV", "SUV"), (before.Unit, after.Unit));
        Assert.AreSequenceEqual(before.ReadSlice(0).Pixels, after.ReadSlice(0).Pixels);
        var output = DicomProviders.Current.Read(clean).DataSet;
        Assert.AreEqual(("74", "003500"), (output.GetString(Tags.PatientWeight), output.GetString(Tags.AcquisitionTime)));
        Assert.AreNotEqual("20240301", output.GetString(Tags.SeriesDate));
        Assert.AreEqual(output.GetString(Tags.SeriesDate), output.GetString(Tags.AcquisitionDate));

        // Another patient's dates move otherwise.
        data.SetText(Tags.PatientId, DicomVr.LO, "4712");
        Assert.AreNotEqual(output.GetString(Tags.SeriesDate),
            DicomProviders.Current.Read(Copy(_files.Write(data))).DataSet.GetString(Tags.SeriesDate));
    }

    /// <summary>Whatever syntax they are in: native ones in any byte order, deflated ones, and all that are compressed.</summary>
    [TestMethod]
    public void Files_of_all_kinds_keep_their_values()
    {
        var (compared, compressed) = (0, 0);
        foreach (var path in Directory.GetFiles(TestData.Path("data/dicom"), "*.dcm").Order(StringComparer.Ordinal))
        {
            if (TryOpen(path) is not { } before)
            {
                continue;
            }

            using (before)
            {
                var clean = Copy(path);
                using var after = TryOpen(clean);
                Assert.IsNotNull(after, path);
                Assert.AreEqual((before.Unit, before.SliceCount), (after.Unit, after.SliceCount), path);
                for (var i = 0; i < before.SliceCount; i++)
                {
                    Assert.AreSequenceEqual(before.ReadSlice(i).Pixels, after.ReadSlice(i).Pixels, path);
                }

                compared++;
                compressed += DicomProviders.Current.Read(clean).Pixels!.Fragments is null ? 0 : 1;
            }
        }

        Assert.IsGreaterThan(30, compared);
        Assert.IsGreaterThan(10, compressed);
    }

    [TestMethod]
    [DataRow("a.nii", 100)]
    [DataRow("a.nii.gz", 100)]
    public void Of_NIfTI_the_texts_and_extensions_go_and_the_voxels_stay(string name, int beyond)
    {
        var path = NiftiSamples.WriteRamp(_folder["ramp.nii"]);
        var bytes = File.ReadAllBytes(path).ToList();
        Encoding.ASCII.GetBytes(Name).CopyTo(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes)[148..]);
        bytes.AddRange(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(Name, beyond)))); // behind the voxels
        using (var file = File.Create(_folder[name]))
        using (Stream target = name.EndsWith("gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionLevel.Fastest) : file)
        {
            target.Write([.. bytes]);
        }

        var clean = Copy(_folder[name], name);
        using var stream = File.OpenRead(clean);
        using Stream content = name.EndsWith("gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : stream;
        using var all = new MemoryStream();
        content.CopyTo(all);
        Assert.DoesNotContain(Name, Encoding.Latin1.GetString(all.ToArray()));
        using var before = ImageFormats.Open(path);
        using var after = ImageFormats.Open(clean);
        Assert.AreSequenceEqual(
            NiftiSamples.SlicesOf(before).SelectMany(slice => slice.Pixels),
            NiftiSamples.SlicesOf(after).SelectMany(slice => slice.Pixels));
        Assert.AreEqual(before.SliceSpacing, after.SliceSpacing);
    }

    [TestMethod]
    public void What_is_no_image_is_refused_or_left_out()
    {
        File.WriteAllText(_folder["a.json"], Name);
        Assert.IsFalse(_deidentifier.Copy(_folder["a.json"], _folder["clean"]));
        File.WriteAllText(_folder["a.dcm"], "text");
        Assert.Contains("a.dcm", Assert.ThrowsExactly<ImageFormatException>(() => Copy(_folder["a.dcm"])).Message);
        var data = SyntheticDicom.Slice(1, 0);
        data.SetText(Tags.BurnedInAnnotation, DicomVr.CS, "YES");
        Assert.Contains("burned", Assert.ThrowsExactly<ImageFormatException>(() => Copy(_files.Write(data))).Message);
        Assert.ThrowsExactly<FileNotFoundException>(() => Copy(_folder["none.dcm"]));
        Assert.ThrowsExactly<ArgumentException>(() => new IntakeDeidentifier(" "));
    }

    /// <summary>All elements that the profile does something to.</summary>
    private static IEnumerable<DicomTag> ProfileTags()
    {
        using var stream = typeof(BasicProfile).Assembly.GetManifestResourceStream("Tat.MLNet.Dicom.BasicProfile.txt")!;
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))
            .SelectMany(words => words[2..].Select(element => DicomTag.Parse(words[1] + element.Trim())))];
    }

    private static IImageScan? TryOpen(string path)
    {
        try
        {
            var scan = ImageFormats.Open(path);
            _ = scan.ReadSlice(0);
            return scan;
        }
        catch (ImageFormatException)
        {
            return null;
        }
    }

    private string Copy(string path, string name = "clean.dcm")
    {
        var place = _folder[$"{Guid.NewGuid():N}/{name}"];
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        Assert.IsTrue(_deidentifier.Copy(path, place));
        return place;
    }
}
