using Tat.Tests.Formats;

namespace Tat.Tests.Samples;

[TestClass]
public sealed class EvidenceCommandTests
{
    [TestMethod]
    public async Task A_scan_becomes_a_page_and_tables()
    {
        using var folder = new TemporaryFolder();
        var scan = Loading.SampleImages.Write(folder["brain.nii"], 500, rows: 64, columns: 64, slices: 5);
        var run = await Cli.RunAsync("evidence", scan, "--task", "MRI", "--slices", "2", "--out", folder["evidence"]);
        run.AssertDone();
        StringAssert.Contains(run.Output, "MRI, factor 4: 2 images", StringComparison.Ordinal);

        // Two factors, two slices: input, three filters, model and reference of each.
        Assert.HasCount(1 + (2 * 2 * 6), File.ReadAllLines(folder["evidence/evidence.csv"]));
        var markdown = File.ReadAllText(folder["evidence/evidence.md"]);
        StringAssert.Contains(markdown, "| MRI, factor 2: brain |", StringComparison.Ordinal);
        StringAssert.Contains(markdown, "TAT for ML.NET", StringComparison.Ordinal);
        StringAssert.Contains(File.ReadAllText(folder["evidence/evidence.html"]), "TV, k-space kept", StringComparison.Ordinal);
        Assert.IsTrue(File.Exists(folder["evidence/evidence.png"]));
        (await Cli.RunAsync("evidence", scan, "--task", "MRI", "--out", folder["evidence"])).AssertFailed(1, "--overwrite");
        (await Cli.RunAsync("evidence", scan, "--out", folder["other"])).AssertFailed(1, "does not tell its modality");
    }

    [TestMethod]
    public async Task Phantoms_tell_of_tissues_lesions_and_intervals_and_always_the_same()
    {
        using var folder = new TemporaryFolder();
        var run = await Cli.RunAsync("evidence", "--phantoms", "1", "--task", "PET", "--out", folder["evidence"]);
        run.AssertDone();
        StringAssert.Contains(run.Output, "PET, 1/12 of the counts: regions, in SUV", StringComparison.Ordinal);
        StringAssert.Contains(run.Output, "Intervals of 90 %", StringComparison.Ordinal);
        StringAssert.Contains(run.Output, "the maximum of lesions of 10 mm and more is off on the mean by", StringComparison.Ordinal);
        var lesions = File.ReadAllLines(folder["evidence/evidence.csv"]);

        // Input, three filters, model and reference of each lesion that has room; the model keeps local means of PET by itself.
        Assert.AreEqual(0, (lesions.Length - 1) % 6);
        Assert.IsGreaterThan(6, lesions.Length);
        StringAssert.Contains(File.ReadAllText(folder["evidence/evidence.md"]), "| liver | Model |", StringComparison.Ordinal);
        Assert.DoesNotContain("Model, local means", run.Output);
        StringAssert.Contains(File.ReadAllText(folder["evidence/evidence.html"]), "<td>Reference</td>", StringComparison.Ordinal);
        (await Cli.RunAsync("evidence", "--phantoms", "1", "--task", "MRI", "--out", folder["mri"]))
            .AssertFailed(1, "no phantoms with lesions");
        (await Cli.RunAsync("evidence", "--phantoms", "1", "--local-means"))
            .AssertFailed(2, "--local-means has no effect together with --phantoms");
        (await Cli.RunAsync("evidence", "--phantoms", "1", "scan.nii")).AssertFailed(2, "Give scans, or a number");
        (await Cli.RunAsync("evidence", "--phantoms", "1", "--task", "PET", "--seed", "42", "--out", folder["again"])).AssertDone();
        CollectionAssert.AreEqual(lesions, File.ReadAllLines(folder["again/evidence.csv"]));
    }
}
