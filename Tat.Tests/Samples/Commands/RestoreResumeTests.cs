using Tat.MLNet.Scans;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Dicom;
using Tat.Tests.Formats.Nifti;
using Tat.Tests.Scans;
using Tat.Tests.Scoring;
using Tat.Torch.Model;

namespace Tat.Tests.Samples;

/// <summary><c>restore --resume</c>: what was made with other options is not taken for the result.</summary>
[TestClass]
public sealed class RestoreResumeTests
{
    private static readonly TemporaryFolder _models = new();

    private static string Model => _models["untrained.safetensors"];

    [ClassInitialize]
    public static void MakeModel(TestContext _) => RestoreCommandTests.SaveModel(Model);

    [ClassCleanup]
    public static void RemoveModel() => _models.Dispose();

    [TestMethod]
    [DataRow("a.nii.gz")]
    [DataRow("a.hdr")]
    [DataRow("nifti2")]
    [DataRow("dicom")]
    public async Task A_result_of_other_options_or_another_model_is_none(string kind)
    {
        using var files = new SyntheticDicom();
        using var folder = new TemporaryFolder();
        var source = kind switch
        {
            "dicom" => Path.GetDirectoryName(files.Write(SyntheticDicom.Slice(1, 0), "series/1.dcm"))!,
            "nifti2" => TestData.Path("data/nifti/example_nifti2.nii.gz"),
            _ => NiftiSamples.WriteRamp(folder[kind]),
        };
        string[] command = ["restore", source, "--task", "CT", "--out", folder["out"], "--model"];
        (await Cli.RunAsync([.. command, Model, "--strength", "0.5"])).AssertDone();
        var before = Contents(folder["out"]);
        var same = await Cli.RunAsync([.. command, Model, "--strength", "0.5", "--resume"]);
        same.AssertDone();
        Assert.Contains("1 image restored before.", same.Output);
        foreach (var options in new[] { "", "--strength 0.4", "--strength 0.5 --ensemble", "--strength 0.5 --suffix X" })
        {
            (await Cli.RunAsync([.. command, Model, "--resume", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]))
                .AssertFailed(1, "is not known to be the result of these options and this model");
        }

        using (var other = TinyModel.Create(5))
        {
            other.Save(folder["other.safetensors"]);
        }

        (await Cli.RunAsync([.. command, folder["other.safetensors"], "--strength", "0.5", "--resume"]))
            .AssertFailed(1, "is not known to be the result of these options and this model");
        Assert.AreSequenceEqual(before, Contents(folder["out"]));
    }

    [TestMethod]
    public async Task What_is_de_identified_is_resumed_with_the_key_of_the_first_run()
    {
        using var files = new SyntheticDicom();
        using var folder = new TemporaryFolder();
        foreach (var series in new[] { "1.2.3.5", "1.2.3.6" })
        {
            files.Write(SyntheticDicom.Slice(1, 0, series), $"{series}/1.dcm");
        }

        string[] command = ["restore", "--model", Model, "--out", folder["out"], "--deidentify", "--deidentify-key", "secret"];
        var both = new[] { Path.Combine(files.Folder, "1.2.3.5"), Path.Combine(files.Folder, "1.2.3.6") };
        (await Cli.RunAsync([.. command, both[1]])).AssertDone();

        // One that has come since has the number of the other now, and its result must not pass for its own.
        (await Cli.RunAsync([.. command, .. both, "--resume"])).AssertFailed(1, "is not known to be the result");
        (await Cli.RunAsync([.. command, both[1], both[0], "--resume"])).AssertDone();
        Assert.HasCount(2, Directory.GetFiles(folder["out"], "*", SearchOption.AllDirectories));
        var anew = await Cli.RunAsync("restore", both[1], "--model", Model, "--out", folder["out"], "--deidentify", "--resume");
        anew.AssertFailed(2, "--deidentify-key");

        var volume = NiftiSamples.WriteRamp(folder["a.nii"]);
        string[] numbered = ["restore", volume, "--model", Model, "--task", "CT", "--out", folder["n"],
            "--deidentify-key", "k", "--resume"];
        (await Cli.RunAsync(numbered)).AssertDone();
        (await Cli.RunAsync(numbered)).AssertDone();
    }

    [TestMethod]
    public void Margins_without_their_result_are_made_anew_and_a_result_without_margins_is_none()
    {
        using var folder = new TemporaryFolder();
        var source = ScanFinder.Find([NiftiSamples.WriteRamp(folder["a.nii"])]).Scans[0];
        using var restorer = new Increment(card: new()
        {
            Margins = new Dictionary<string, MarginFactors> { ["CT"] = new() { Spread = 5, Signal = 0.01 } },
        });
        var options = new ScanRestorationOptions { Task = "CT", Uncertainty = true };
        var job = new ScanJob(source, folder["out/a.nii"]);
        Assert.IsFalse(job.IsDoneWith(options, null));
        restorer.RestoreScan(job.Source, job.Destination, options);
        Assert.IsTrue(job.IsDoneWith(options, null));
        Assert.ThrowsExactly<InvalidDataException>(() => job.IsDoneWith(options with { Uncertainty = false }, null));

        File.Delete(job.Destination);
        Assert.ThrowsExactly<IOException>(() => restorer.RestoreScan(job.Source, job.Destination, options with { Ensemble = true }));
        Assert.IsFalse(job.IsDoneWith(options, null));
        restorer.RestoreScan(job.Source, job.Destination, options);
        Assert.IsTrue(job.IsDoneWith(options, null));

        File.Delete(ScanJob.MarginOf(job.Destination));
        Assert.Contains("without its margins", Assert.ThrowsExactly<InvalidDataException>(() => job.IsDoneWith(options, null)).Message);
    }

    [TestMethod]
    public async Task The_difference_of_a_single_object_has_a_folder_and_a_file_for_it_is_refused_before_the_work()
    {
        using var files = new SyntheticDicom();
        using var folder = new TemporaryFolder();
        files.Write(SyntheticDicom.Enhanced(2, 1), "a.dcm");
        string[] command = ["restore", Path.Combine(files.Folder, "a.dcm"), "--model", Model, "--difference", "--out"];
        (await Cli.RunAsync([.. command, folder["out"]])).AssertDone();
        Assert.AreSequenceEqual(new[] { "out/a/difference/IM00001.dcm", "out/a/restored/IM00001.dcm" }, folder.Files.Order());
        (await Cli.RunAsync([.. command, folder["b.dcm"]])).AssertFailed(1, "names one DICOM file, and the result has several");

        using var restorer = new Increment(card: new()
        {
            Margins = new Dictionary<string, MarginFactors> { ["CT"] = new() { Spread = 5, Signal = 0.01 } },
        });
        var restored = 0;
        var progress = new Progress<ScanProgress>(_ => restored++);
        var problem = Assert.ThrowsExactly<ArgumentException>(() => restorer.RestoreScan(files.Folder, folder["b.dcm"],
            new() { Uncertainty = true, Derived = new() { WriteDifference = true } }, progress));
        Assert.Contains($"'{folder["b.dcm"]}' names one DICOM file", problem.Message);
        Assert.AreEqual(0, restored);
    }

    private static string[] Contents(string folder) => [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order()
        .Select(file => $"{file} {Convert.ToBase64String(File.ReadAllBytes(file))}")];
}
