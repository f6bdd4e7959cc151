using System.Text.Json;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Nifti;
using Tat.Tests.Degradation;
using Tat.Tests.Formats;
using Tat.Torch.Imaging;

namespace Tat.Tests.Samples;

/// <summary>What <c>evaluate</c> and <c>report</c> say of images that are unlike those that the model was trained on.</summary>
[TestClass]
public sealed class EvaluateCommandTests
{
    private const string Pixels = "Its pixels (3 mm) are outside the range that the model was trained on";

    [TestMethod]
    public async Task Evaluate_says_in_a_line_how_many_images_are_out_of_range()
    {
        using var folder = new TemporaryFolder();
        var run = await Cli.RunAsync("evaluate", "--data", WriteCt(folder, 3));
        run.AssertDone();
        Assert.AreEqual(1, CountOf(run.Output, $"a and 2 more of 3 images of CT: {Pixels}"), run.Output);
        Assert.AreEqual(1, CountOf(run.Output, Pixels), run.Output);
    }

    [TestMethod]
    public async Task Json_is_alone_on_the_output_and_the_line_is_on_the_error_stream()
    {
        using var folder = new TemporaryFolder();
        var run = await Cli.RunAsync("evaluate", "--data", WriteCt(folder, 3), "--json");
        Assert.AreEqual(0, run.ExitCode, run.Errors);
        Assert.AreEqual(1, CountOf(run.Errors, Pixels), run.Errors);
        StringAssert.StartsWith(run.Output, "[", StringComparison.Ordinal);
        Assert.AreEqual(0, CountOf(run.Output, "trained on"), run.Output);
    }

    [TestMethod]
    public async Task Report_says_it_on_the_terminal_and_on_the_page()
    {
        using var folder = new TemporaryFolder();
        var run = await Cli.RunAsync("report", "--data", WriteCt(folder, 3), "--out", folder["r.html"]);
        run.AssertDone();
        Assert.AreEqual(1, CountOf(run.Output, $"2 more of 3 images of CT: {Pixels}"), run.Output);
        Assert.AreEqual(1, CountOf(File.ReadAllText(folder["r.html"]), Pixels));
    }

    [TestMethod]
    public async Task Nothing_is_said_of_pixels_in_the_range_or_without_a_model()
    {
        using var folder = new TemporaryFolder();
        var within = await Cli.RunAsync("evaluate", "--data", WriteCt(folder, 0.8f));
        within.AssertDone();
        Assert.AreEqual(0, CountOf(within.Output, "Its pixels"), within.Output);
        var alone = await Cli.RunAsync("evaluate", "--data", WriteCt(folder, 3), "--no-model");
        alone.AssertDone();
        Assert.AreEqual(0, CountOf(alone.Output, "trained on"), alone.Output);
    }

    [TestMethod]
    public async Task Regions_are_held_to_the_bound_of_their_task()
    {
        using var folder = new TemporaryFolder();
        var data = WriteCt(folder, 0.8f);
        float[] labels = [.. Enumerable.Range(0, 32 * 32).Select(i => i < 512 ? 1f : 2f)];
        Directory.CreateDirectory(folder["masks"]);
        foreach (var (name, slices) in new[] { ("a", 2), ("b", 1) })
        {
            new NiftiFormat().Write(
                folder[$"masks/{name}.nii.gz"], [.. Enumerable.Repeat(new ImageSlice(labels, 32, 32), slices)], 0.8, 0.8, 3);
            using var high = ImageFormats.Open(folder[$"CT/test/HQ/{name}.nii"]);
            new NiftiFormat().Write(folder[$"CT/test/LQ/{name}.nii"], [.. Enumerable.Range(0, slices).Select(slice => new ImageSlice(
                [.. high.ReadSlice(slice).Pixels.Select((value, i) => value + (i < 512 ? 3 : 0.5f))], 32, 32))], 0.8, 0.8, 3);
        }

        File.WriteAllText(folder["masks/regions.tsv"], "index\tname\n1\tliver\n");
        string[] command = ["evaluate", "--data", data, "--no-model", "--regions", folder["masks"]];
        var run = await Cli.RunAsync([.. command, "--csv", folder["scores.csv"]]);
        Assert.AreEqual(1, run.ExitCode, run.Errors);
        StringAssert.Contains(run.Output, "a: regions, in HU", StringComparison.Ordinal);

        CollectionAssert.AreEqual(new[] { "a", "b" }.Select(name =>
            $"{name}, liver, input: the mean is off by +3.0 HU, more than 1 HU.").ToArray(), run.Errors.Trim().Split('\n'));

        // A heading, and two regions of two files.
        Assert.HasCount(5, File.ReadAllLines(folder["scores.regions.csv"]));
        var json = await Cli.RunAsync([.. command, "--json"]);
        using var parsed = JsonDocument.Parse(json.Output);
        var regions = parsed.RootElement[0].GetProperty("regions");
        Assert.AreEqual(4, regions.GetArrayLength());
        Assert.AreEqual(1024, regions[0].GetProperty("pixels").GetInt32());
        using var low = ImageFormats.Open(folder["CT/test/LQ/a.nii"]);
        Assert.AreEqual(
            Enumerable.Range(0, 2).SelectMany(slice => low.ReadSlice(slice).Pixels.Take(512)).Average(),
            regions[0].GetProperty("mean").GetDouble(), 1e-4);

        // An image is its own reference.
        var good = folder["CT/test/HQ/b.nii"];
        (await Cli.RunAsync("evaluate", "--lq", good, "--hq", good, "--task", "CT", "--no-model", "--regions", folder["masks/b.nii.gz"]))
            .AssertDone();
        (await Cli.RunAsync("evaluate", "--data", data, "--no-model", "--regions", folder["masks/b.nii.gz"]))
            .AssertFailed(1, "has not the grid of");
    }

    /// <summary>Two files, of two slices and of one, with noise as in the training.</summary>
    private static string WriteCt(TemporaryFolder folder, float spacing)
    {
        foreach (var (name, slices) in new[] { ("a", 2), ("b", 1) })
        {
            foreach (var (quality, noise) in new[] { ("LQ", 40f), ("HQ", 5f) })
            {
                var path = folder[$"CT/test/{quality}/{name}.nii"];
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                var images = Enumerable.Range(0, slices).Select(slice => TestImages.Random(32, 32, slice, -noise, noise));
                new NiftiFormat().Write(path, [.. images], spacing, spacing, 3);
            }
        }

        return folder.Path;
    }

    /// <summary>How often a text stands in another, wherever lines were broken.</summary>
    private static int CountOf(string text, string part) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Split(part).Length - 1;
}
