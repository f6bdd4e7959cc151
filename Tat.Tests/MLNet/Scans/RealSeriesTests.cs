using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Series;
using Tat.MLNet.Scans;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Dicom;

namespace Tat.Tests.Scans;

/// <summary>
/// Every real series, restored to NIfTI and written back as DICOM; of the many small ones of one collection every fifth, or with
/// <c>TAT_SERIES=all</c> each.
/// </summary>
[TestClass]
public class RealSeriesTests
{
    private const string RoundTrip = """
        import sys, nibabel, pydicom, numpy as np
        def values(d, f):
            g = d.get("PerFrameFunctionalGroupsSequence")
            r = g[f].get("PixelValueTransformationSequence", [d])[0] if g else d
            a = d.pixel_array.astype(float)
            slope = float(r.get("RescaleSlope", 1))
            return (a if a.ndim == 2 else a[f]) * slope + float(r.get("RescaleIntercept", 0)), slope
        count = 0
        for line in open(sys.argv[1]):
            nifti, derived, *sources = line.rstrip().split("\t")
            image = nibabel.load(nifti)
            data, inverse = np.asarray(image.dataobj, dtype=float), np.linalg.inv(image.affine)
            data = data.reshape(data.shape + (1,) * (4 - data.ndim))
            before = {d.SOPInstanceUID: d for d in map(pydicom.dcmread, sources)}
            for name in derived.split("|"):
                d = pydicom.dcmread(name)
                s = before.pop(d.SourceImageSequence[0].ReferencedSOPInstanceUID)
                for key in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "SliceThickness", "InstanceNumber",
                            "StudyInstanceUID", "FrameOfReferenceUID"):
                    assert d.get(key) == s.get(key), (name, key)
                assert d.SeriesInstanceUID != s.SeriesInstanceUID
                old, new = values(s, 0)[0], values(d, 0)
                padding = s.pixel_array == s.PixelPaddingValue if "PixelPaddingValue" in s else np.zeros(old.shape, bool)
                expected = np.where(padding, old, old + 1)
                assert np.allclose(new[0], expected, rtol=1e-6, atol=0.51 * new[1]), (name, abs(new[0] - old - 1).max())
                p = np.array([-s.ImagePositionPatient[0], -s.ImagePositionPatient[1], s.ImagePositionPatient[2], 1])
                x, y, z = (inverse @ p)[:3]
                assert abs(x) < 0.1 and abs(y) < 0.1 and abs(z - round(z)) < 0.1, (name, x, y, z)
                nearest = min(abs(data[:, :, round(z), v].T - old - 1).max() for v in range(data.shape[3]))
                assert nearest <= 1e-6 * max(1, abs(old).max()), name
                count += 1
            assert not before, "each image has a result"
        print(count)
        """;

    private static readonly Lazy<Results> _results = new(Results.Make);

    [ClassCleanup]
    public static void RemoveResults()
    {
        if (_results.IsValueCreated)
        {
            _results.Value.Dispose();
        }
    }

    [TestMethod]
    public void Positions_orientations_and_values_are_those_that_pydicom_and_nibabel_see()
    {
        var results = _results.Value;
        File.WriteAllLines(results.Folder["list"],
            results.Series.Select(one => string.Join('\t', [one.Nifti, string.Join('|', one.Files), .. one.Sources])));
        var count = int.Parse(Peer.Python(RoundTrip, results.Folder["list"]), System.Globalization.CultureInfo.InvariantCulture);
        Assert.AreEqual(results.Series.Sum(one => one.Sources.Count), count);
        Assert.IsGreaterThan(600, count);
        CollectionAssert.AreEqual(new[] { "GE-head" }, results.Irregular.Select(Path.GetFileName).ToArray());
    }

    [TestMethod]
    public void What_dcm2niix_makes_of_a_series_is_written_back_where_it_came_from()
    {
        foreach (var one in _results.Value.Series.Where(one => one.Sources.Count > 12))
        {
            using var converted = new TemporaryFolder();
            using var links = new TemporaryFolder();
            foreach (var source in one.Sources)
            {
                File.CreateSymbolicLink(links[Path.GetFileName(source)], source);
            }

            Peer.Run("dcm2niix", "-d", "0", "-b", "n", "-z", "n", "-f", "x", "-o", converted.Path, links.Path);
            var file = converted.Files.Single(name => !name.Contains("_Eq", StringComparison.Ordinal));
            ScanWriteBack.WriteBack([converted[file]], Results.Find(links.Path), converted["out"]);
            using var before = ImageFormats.Open(links.Path, Results.AsStored);
            using var after = ImageFormats.Open(converted["out"], Results.AsStored);
            for (var i = 0; i < before.SliceCount; i++)
            {
                var (expected, actual) = (before.ReadSlice(i).Pixels, after.ReadSlice(i).Pixels);
                var tolerance = 2e-5f * Math.Max(1, expected.Max(Math.Abs));
                Assert.IsTrue(expected.Zip(actual).All(pair => Math.Abs(pair.First - pair.Second) <= tolerance),
                    $"{one.Sources[0]}, slice {i}");
            }
        }
    }

    [TestMethod]
    public void The_verifier_finds_no_error_that_the_source_does_not_have()
    {
        foreach (var one in _results.Value.Series)
        {
            var before = Errors(one.Sources[0]);
            var added = Errors(one.Files[0]).Except(before).ToList();
            Assert.IsEmpty(added, $"{one.Sources[0]}: {string.Join('\n', added)}");
        }

        // An error is the same one in a reference to the source.
        static HashSet<string> Errors(string path) => [.. Peer.Run("dciodvfy", path).Output.Split('\n')
            .Where(line => line.StartsWith("Error", StringComparison.Ordinal)).Select(line => line.Split(" in (")[0])];
    }

    /// <summary>The results of all series.</summary>
    private sealed class Results : IDisposable
    {
        public static readonly ImageReadOptions AsStored = new() { Pet = PetQuantity.AsStored };

        public TemporaryFolder Folder { get; } = new();

        public List<(string Nifti, IReadOnlyList<string> Files, IReadOnlyList<string> Sources)> Series { get; } = [];

        /// <summary>Series with gaps, which make DICOM and no NIfTI.</summary>
        public List<string> Irregular { get; } = [];

        public static ScanSource Find(string folder) => ScanFinder.Find([folder], AsStored).Scans.Single();

        public static Results Make()
        {
            var results = new Results();
            using var restorer = new Increment();
            string[] folders = ["data/real", "data/train", "data/dicom/series_gantry_tilt"];
            foreach (var (i, scan) in ScanFinder.Find(folders.Select(TestData.Path), AsStored).Scans.Where(IsChosen).Index())
            {
                var nifti = results.Folder[$"{i}.nii"];
                try
                {
                    restorer.RestoreScan(scan, nifti);
                }
                catch (InvalidDataException exception) when (exception.Message.Contains("no regular volume", StringComparison.Ordinal))
                {
                    results.Irregular.Add(scan.Path);
                    restorer.RestoreScan(scan, results.Folder[$"{i}"]);
                    continue;
                }

                using var source = (DicomScan)scan.Open();
                var sources = source.Slices.Select(slice => slice.Source.Path).Distinct().ToList();
                results.Series.Add((nifti, ScanWriteBack.WriteBack([nifti], scan, results.Folder[$"{i}"]), sources));
            }

            return results;
        }

        public void Dispose() => Folder.Dispose();

        private static bool IsChosen(ScanSource scan) => scan.SeriesInstanceUid is not null
            && (!scan.Path.Contains("crops_", StringComparison.Ordinal) || Environment.GetEnvironmentVariable("TAT_SERIES") == "all"
                || scan.Path.EndsWith('0') || scan.Path.EndsWith('5'));
    }
}
