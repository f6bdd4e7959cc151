using System.Text.Json;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Nifti;
using Tat.Tests.Degradation;
using Tat.Tests.Formats;
using Tat.Torch.Imaging;

namespace Tat.Tests.Samples;

/// <summary><c>simulate</c> makes a data set that <c>evaluate</c> reports on.</summary>
[TestClass]
public sealed class SimulateCommandTests
{
    [TestMethod]
    [DataRow("MRI", 400)]
    [DataRow("CT", 100)]
    [DataRow("PET", 5)]
    public async Task A_volume_becomes_a_pair_in_the_published_layout(string task, int level)
    {
        using var folder = new TemporaryFolder();
        var run = await Cli.RunAsync("simulate", WriteDisc(folder["scan.nii"], level), "--task", task, "--out", folder["set"]);
        run.AssertDone();
        CollectionAssert.AreEqual(new[] { "scan.nii", $"set/{task}/test/HQ/scan.nii.gz", $"set/{task}/test/LQ/scan.nii.gz" }, folder.Files);
        using var low = ImageFormats.Open(folder[$"set/{task}/test/LQ/scan.nii.gz"]);
        using var high = ImageFormats.Open(folder[$"set/{task}/test/HQ/scan.nii.gz"]);
        Assert.AreEqual((48, 40, 2), (low.Rows, low.Columns, low.SliceCount));
        Assert.AreEqual((2.0, 2.0), (low.RowSpacing, low.ColumnSpacing));
        CollectionAssert.AreNotEqual(high.ReadSlice(1).Pixels, low.ReadSlice(1).Pixels);

        (await Cli.RunAsync("simulate", folder["scan.nii"], "--task", task, "--out", folder["set"])).AssertFailed(1, "--overwrite");
        (await Cli.RunAsync("simulate", folder["scan.nii"], "--task", task, "--out", folder["set"], "--overwrite")).AssertDone();
    }

    [TestMethod]
    [DataRow("CT", 100)]
    [DataRow("PET", 5)]
    public async Task Noise_is_new_for_each_file_slice_split_and_seed_and_the_same_for_the_same(string task, int level)
    {
        using var folder = new TemporaryFolder();
        string[] scans = [WriteDisc(folder["good/a.nii"], level), WriteDisc(folder["good/b.nii"], level)];
        foreach (var (set, split, seed) in new[]
        {
            ("set", "test", "42"),
            ("set", "train", "42"),
            ("other", "test", "43"),
            ("same", "test", "42"),
        })
        {
            (await Cli.RunAsync("simulate", scans[0], scans[1], "--task", task, "--split", split, "--seed", seed, "--out",
                folder[set])).AssertDone();
        }

        var noise = new[] { "set/*/test/a", "set/*/test/b", "set/*/train/a", "set/*/train/b", "other/*/test/a", "other/*/test/b" }
            .SelectMany(name =>
                Enumerable.Range(0, 2).Select(slice => Noise(folder[name.Replace("*", task, StringComparison.Ordinal)], slice))).ToArray();
        for (var i = 0; i < noise.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                Assert.IsLessThan(0.15, Math.Abs(DegradationRangeTests.Correlation(noise[i], noise[j])), $"{i} and {j}");
            }
        }

        CollectionAssert.AreEqual(noise[3], Noise(folder[$"same/{task}/test/b"], 1));
    }

    [TestMethod]
    public async Task Phantoms_follow_the_options_and_are_others_in_each_split()
    {
        using var folder = new TemporaryFolder();
        async Task<double[]> Simulate(string set, params string[] more)
        {
            (await Cli.RunAsync(["simulate", "--phantoms", "1", "--task", "CT", "--out", folder[set], .. more])).AssertDone();
            var split = more.Contains("train") ? "train" : "test";
            return Noise(folder[$"{set}/CT/{split}/ct-head-000"], 0);
        }

        var (weak, strong) = (await Simulate("a", "--dose", "0.5"), await Simulate("b", "--dose", "0.05"));
        Assert.IsGreaterThan(4, strong.Sum(value => value * value) / weak.Sum(value => value * value));
        Assert.IsLessThan(0.15, Math.Abs(
            DegradationRangeTests.Correlation(weak, await Simulate("a", "--dose", "0.5", "--split", "train"))));

        string[] impossible = ["simulate", "--phantoms", "1", "--task", "CT", "--out", folder["c"]];
        (await Cli.RunAsync([.. impossible, "--dose", "25"])).AssertFailed(1, "DoseFraction is 25");
        (await Cli.RunAsync([.. impossible, "--spacing", "2"])).AssertFailed(2, "--spacing is for images");
        (await Cli.RunAsync([.. impossible, "--reduction", "4"])).AssertFailed(2, "--reduction is for PET");
        Assert.IsFalse(Directory.Exists(folder["c"]));
    }

    [TestMethod]
    public async Task Evaluate_measures_a_simulated_data_set_without_a_model()
    {
        using var folder = new TemporaryFolder();
        WriteDisc(folder["good/a.nii"], 400);
        WriteDisc(folder["good/b.nii.gz"], 900);
        (await Cli.RunAsync("simulate", folder["good"], "--task", "mri", "--out", folder["set"], "--factor", "2")).AssertDone();

        var run = await Cli.RunAsync("evaluate", "--data", folder["set"], "--csv", folder["images.csv"], "--json");
        run.AssertDone();
        var row = JsonDocument.Parse(run.Output).RootElement[0];
        Assert.AreEqual(("MRI", 4), (row.GetProperty("task").GetString(), row.GetProperty("images").GetInt32()));
        Assert.AreEqual("Input", row.GetProperty("method").GetString());
        var psnr = row.GetProperty("psnr").GetDouble();
        Assert.IsInRange(15, 45, psnr);
        var lines = File.ReadAllLines(folder["images.csv"]).Where(line => line.Contains("\"Input\"", StringComparison.Ordinal)).ToArray();
        Assert.HasCount(4, lines);
        Assert.AreEqual(psnr, lines.Average(line => double.Parse(line.Split(',')[6], System.Globalization.CultureInfo.InvariantCulture)),
            1e-9);

        var table = await Cli.RunAsync("evaluate", "--data", folder["set"]);
        table.AssertDone();
        StringAssert.Contains(table.Output, "PSNR (dB)", StringComparison.Ordinal);

        var compared = await Cli.RunAsync("evaluate", "--data", folder["set"], "--baselines");
        compared.AssertDone();
        StringAssert.Contains(compared.Output, "TV, k-space kept", StringComparison.Ordinal);
        var tuned = await Cli.RunAsync("evaluate", "--data", folder["set"], "--tune", "--json");
        tuned.AssertDone();
        Assert.AreEqual(3, JsonDocument.Parse(tuned.Output).RootElement.GetArrayLength());
    }

    [TestMethod]
    public async Task Evaluate_takes_two_files_or_two_folders()
    {
        using var folder = new TemporaryFolder();
        WriteDisc(folder["good/a.nii"], 400);
        (await Cli.RunAsync("simulate", folder["good"], "--task", "MRI", "--out", folder["set"])).AssertDone();
        var (low, high) = (folder["set/MRI/test/LQ"], folder["set/MRI/test/HQ"]);
        var folders = await Cli.RunAsync("evaluate", "--lq", low, "--hq", high, "--task", "MRI", "--json");
        var files = await Cli.RunAsync(
            "evaluate", "--lq", Path.Combine(low, "a.nii.gz"), "--hq", folder["good/a.nii"], "--task", "MRI", "--json");
        folders.AssertDone();
        Assert.AreEqual(folders.Output, files.Output);
    }

    [TestMethod]
    public async Task What_cannot_be_done_is_explained()
    {
        using var folder = new TemporaryFolder();
        new NiftiFormat().Write(folder["bare.nii"], [new ImageSlice(new float[64], 8, 8)]);
        (await Cli.RunAsync("evaluate", "--data", "a", "--lq", "b")).AssertFailed(2, "Give either --data");
        (await Cli.RunAsync("evaluate")).AssertFailed(2, "Give either --data");
        (await Cli.RunAsync("evaluate", "--data", folder.Path)).AssertFailed(1, "holds no data set");
        (await Cli.RunAsync("evaluate", "--lq", folder["bare.nii"], "--hq", folder["bare.nii"], "--task", "X-ray")).AssertFailed(
            1, "'X-ray' is unknown");
        (await Cli.RunAsync("simulate", folder["bare.nii"], "--task", "X-ray", "--out", folder["set"])).AssertFailed(2, "X-ray");
        (await Cli.RunAsync("simulate", folder["bare.nii"], "--task", "CT", "--dose", "2", "--out", folder["set"])).AssertFailed(1, "dose");
        (await Cli.RunAsync("simulate", folder["absent.nii"], "--task", "CT", "--out", folder["set"])).AssertFailed(1, "absent.nii");
    }

    [TestMethod]
    public async Task Cancelling_says_so_and_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        WriteDisc(folder["scan.nii"], 400);
        (await Cli.RunAsync(cancelled.Token, "simulate", folder["scan.nii"], "--task", "MRI", "--out", folder["set"])).AssertFailed(
            1, "cancelled");
        CollectionAssert.AreEqual(new[] { "scan.nii" }, folder.Files);
    }

    /// <summary>A bright disc on a dark ground, 48 × 40 × 2, 2 mm.</summary>
    internal static string WriteDisc(string path, float level)
    {
        var pixels = new float[48 * 40];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (y, x) = ((i / 40) - 24, (i % 40) - 20);
            pixels[i] = (y * y) + (x * x) < 200 ? level : 0;
        }

        new NiftiFormat().Write(path, [new(pixels, 48, 40), new(pixels, 48, 40)], 2, 2, 3);
        return path;
    }

    /// <summary>LQ − HQ of a slice.</summary>
    private static double[] Noise(string pair, int slice)
    {
        using var low = ImageFormats.Open($"{Path.GetDirectoryName(pair)}/LQ/{Path.GetFileName(pair)}.nii.gz");
        using var high = ImageFormats.Open($"{Path.GetDirectoryName(pair)}/HQ/{Path.GetFileName(pair)}.nii.gz");
        return [.. low.ReadSlice(slice).Pixels.Zip(high.ReadSlice(slice).Pixels, (a, b) => (double)a - b)];
    }
}
