using Tat.MLNet.Formats;
using Tat.Samples.Shared;
using Tat.Tests.Formats.Dicom;

namespace Tat.Tests.Formats.Corpus;

/// <summary>
/// Compares whole collections with independent programs: <c>TAT_CORPUS=DIR dotnet run -c Release --project Tat.Tests -- --filter
/// "FullyQualifiedName~CorpusTests"</c>.
/// <c>TAT_CORPUS_REPORT</c> names the list of disagreements.
/// </summary>
[TestClass]
public sealed class CorpusTests
{
    private static readonly ImageFacts _ours = new(
        "a", null, "NIfTI", null, 20, 30, 10, null, -5, 100, 12, 3, 0, new(2, 3, 4, new Dictionary<string, string>()));
    private static readonly PeerFacts _theirs = new()
    {
        Rows = 20,
        Columns = 30,
        Frames = 10,
        Min = -5,
        Max = 100,
        Mean = 12,
        RowSpacing = 2,
        ColumnSpacing = 3,
        SliceSpacing = 4,
        Affine = [-3, 0, 0, 87, 0, 2, 0, -38, 0, 0, 4, 5],
    };
    private static readonly PatientAffine _affine = new(new double[,] { { 3, 0, 0, 0 }, { 0, -2, 0, 0 }, { 0, 0, 4, 5 } });

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task A_collection_is_read_as_independent_programs_read_it()
    {
        if (Environment.GetEnvironmentVariable("TAT_CORPUS") is not { Length: > 0 } corpus)
        {
            Needs.Missing(Needs.Corpus, "Set TAT_CORPUS to a folder of images.");
            return;
        }

        var path = Environment.GetEnvironmentVariable("TAT_CORPUS_REPORT") is { Length: > 0 } named
            ? named
            : Path.Combine(TestContext.TestRunDirectory!, "corpus.tsv");
        using var report = await Compare(
            Path.GetFullPath(corpus), path, text => TestContext.DisplayMessage(MessageLevel.Informational, text));
        TestContext.AddResultFile(path);
        Assert.AreEqual(0, report.Different, $"Images are read differently; '{path}' lists them. {report}");
    }

    [TestMethod]
    [DataRow("data/nifti", 17)]
    [DataRow("data/real", 181)]
    public async Task Files_that_we_have_are_read_as_independent_programs_read_them(string folder, int least)
    {
        Peer.Run("dcm2niix", "--version");
        using var temporary = new TemporaryFolder();
        using var report = await Compare(TestData.Path(folder), temporary["corpus.tsv"], TestContext.WriteLine);
        Assert.AreEqual(0, report.Different, report.ToString());
        Assert.IsGreaterThanOrEqualTo(least, report.Same, report.ToString());
    }

    [TestMethod]
    public void Axes_may_run_the_other_way() => Assert.IsEmpty(CorpusComparison.Compare(_ours, _theirs, _affine, 10));

    /// <summary>dcm2niix does not keep the tilt of a gantry.</summary>
    [TestMethod]
    public void The_position_of_sheared_slices_is_not_compared()
    {
        PatientAffine tilted = new(new double[,] { { 3, 0, 0, 0 }, { 0, -2, 1, 0 }, { 0, 0, 4, 5 } });
        Assert.IsEmpty(CorpusComparison.Compare(_ours, _theirs, tilted, 10));
    }

    [TestMethod]
    public void An_unknown_spacing_may_be_1_in_NIfTI()
    {
        var unknown = _ours with { Geometry = _ours.Geometry with { RowSpacing = null } };
        Assert.IsEmpty(CorpusComparison.Compare(unknown, _theirs with { RowSpacing = 1 }));
        Assert.AreEqual("spacing of rows", CorpusComparison.Compare(unknown, _theirs).Single().What);
    }

    [TestMethod]
    public void Each_difference_is_found()
    {
        (string What, PeerFacts Theirs)[] cases =
        [
            ("size", _theirs with { Rows = 30, Columns = 20 }),
            ("size", _theirs with { Frames = 9 }),
            ("minimum", _theirs with { Min = -5.001 }),
            ("maximum", _theirs with { Max = 100.001 }),
            ("mean", _theirs with { Mean = 12.001 }),
            ("mean", _theirs with { Mean = null }),
            ("values that are no numbers", _theirs with { NonFinite = 1 }),
            ("spacing of rows", _theirs with { RowSpacing = 2.01 }),
            ("spacing of columns", _theirs with { ColumnSpacing = 2 }),
            ("spacing of slices", _theirs with { SliceSpacing = 4.5 }),
            ("position", _theirs with { Affine = [-3, 0, 0, 90, 0, 2, 0, -38, 0, 0, 4, 5] }),
            ("position", _theirs with { Affine = [-3, 0, 0, 87, 0, 2, 0, -38, 0, 0, -4, 5] }),
        ];
        foreach (var (what, theirs) in cases)
        {
            Assert.AreEqual(what, CorpusComparison.Compare(_ours, theirs, _affine, 10).Single().What);
        }
    }

    [TestMethod]
    public void The_report_lists_what_differs_and_what_one_side_reads()
    {
        using var temporary = new TemporaryFolder();
        var said = new List<string>();
        using (var report = new CorpusReport(temporary["corpus.tsv"], said.Add))
        {
            report.Add("files", "same", null, null, []);
            report.Add("files", "other", null, null, [new("mean", "1", "2")]);
            report.Add("files", "ours", null, "no\ncodec", []);
            report.Add("files", "theirs", "damaged", null, []);
            report.Add("files", "text", "no image", "no image", []);
            report.Complete();
        }

        const string counts = "files: 1 the same, 1 different, 1 only ours, 1 only theirs, 1 neither";
        Assert.AreSequenceEqual(
            [
                "kind\timage\twhat\tours\ttheirs", "different\tother\tmean\t1\t2", "only ours\tours\tfiles\t\tno codec",
                "only theirs\ttheirs\tfiles\tdamaged\t", $"counts\t{counts}\t\t\t",
            ],
            File.ReadAllLines(temporary["corpus.tsv"]));
        Assert.AreSequenceEqual(["other: mean: 1 here, 2 there", counts], said);
    }

    private async Task<CorpusReport> Compare(string folder, string path, Action<string> say)
    {
        CorpusPeer.Need();
        var report = new CorpusReport(path, say);
        using var run = new CorpusRun(report, HasDcm2niix(say), TestContext.CancellationToken);
        await run.Folder(folder);
        report.Complete();
        return report;
    }

    private static bool HasDcm2niix(Action<string> say)
    {
        try
        {
            Peer.Run("dcm2niix", "--version");
            return true;
        }
        catch (AssertInconclusiveException)
        {
            say("dcm2niix is not installed: files are compared, series are not.");
            return false;
        }
    }
}
