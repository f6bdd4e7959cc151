using System.Text.RegularExpressions;
using Tat.Samples.Reports;
using Tat.Torch.Imaging;
using Tat.Torch.Metrics;
using Tat.Torch.Tasks;

namespace Tat.Tests.Reports;

[TestClass]
public sealed class HtmlReportTests
{
    private static readonly ImageSlice _image = new([.. Enumerable.Range(0, 12 * 18).Select(i => (float)((i * 37 % 100) + i))], 12, 18);
    private static readonly ImageSlice _other = new([.. _image.Pixels.Select(value => value + 10)], 12, 18);

    private static readonly ReportModel _full = new()
    {
        Title = "Title <script>alert(1)</script>",
        Summary = "Summary & more",
        Scores =
        [
            new(RestorationTask.Ct,
            [
                ("Input", QualitySummary.Of([new(20, 0.5, 10, 400), new(22, 0.7, 12, 400)])),
                ("A <filter>", QualitySummary.Of([new(19, 0.4, 11, 400), new(21, 0.6, 13, 400)])),
                ("Model", QualitySummary.Of([new(30, 0.9, 2, 400), new(double.PositiveInfinity, 1, 0, 400)])),
            ]),
            new(RestorationTask.Pet, [("Input", QualitySummary.Of([new(double.NaN, double.NaN, 1, 0)]))]),
        ],
        Cases =
        [
            new(RestorationTask.Ct, "case <1>\u001b[2J\u009b\u202e", _other, _image, _image),
            new(RestorationTask.Pet, "no reference", _image, _other, null),
            new(RestorationTask.Mri, "nothing restored", _image, null, _other),
            new(RestorationTask.Mri, "input alone", new([5], 1, 1), null, null),
        ],
        Charts = [new("PSNR (dB)", "iteration", [new("CT", [(1, 20), (2, double.NaN), (3, 25)]), new("PET", [(1, 20)])]), new(
            "empty", "iteration", [])],
        Facts = [new("Data", [("Name", "<value>")])],
        Notes = ["Phantoms are not patients."],
    };

    [TestMethod]
    public void Everything_is_inside_the_file()
    {
        var html = HtmlReport.Render(_full);
        Assert.IsFalse(Regex.IsMatch(html, "(src|href)=\"(?!data:)", RegexOptions.IgnoreCase));
        Assert.DoesNotContain("http", html);
        Assert.DoesNotContain("@import", html);
        Assert.DoesNotContain("NaN", html);
    }

    [TestMethod]
    public void Text_of_users_is_shown_and_never_run()
    {
        var html = HtmlReport.Render(_full);
        Assert.DoesNotContain("<script", html);
        foreach (var text in new[]
        {
            "Title &lt;script&gt;", "Summary &amp; more", "case &lt;1&gt;\uFFFD[2J\uFFFD\uFFFD", "&lt;value&gt;",
            "Phantoms are not patients.", "not a medical device",
        })
        {
            Assert.Contains(text, html);
        }
    }

    [TestMethod]
    public void Scores_show_means_spreads_and_what_was_left_out()
    {
        var html = HtmlReport.Render(_full);
        foreach (var text in new[]
        {
            "21.00<small>± 1.4</small>", "<b>30.00</b>", "+9.00", "RMSE (HU)", "infinite PSNR", "the reference is constant",
        })
        {
            Assert.Contains(text, html);
        }
    }

    [TestMethod]
    public void A_report_of_nothing_but_a_title_has_no_empty_sections()
    {
        var html = HtmlReport.Render(new() { Title = "Empty" });
        Assert.DoesNotContain("<h2>", html);
        Assert.DoesNotContain("<aside", html);
    }

    [TestMethod]
    public void The_file_appears_whole_with_its_picture()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var path = Path.Combine(folder.FullName, "new", "report.html");
            HtmlReport.Write(_full, path);
            HtmlReport.Write(_full, path);
            Assert.AreEqual(HtmlReport.Render(_full), File.ReadAllText(path));
            CollectionAssert.AreEquivalent(
                new[] { path, Path.ChangeExtension(path, ".png") }, Directory.GetFileSystemEntries(Path.GetDirectoryName(path)!));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [TestMethod]
    public void Windows_follow_the_task_and_wide_ones_the_image()
    {
        Assert.AreEqual(RestorationTask.Ct.MetricWindow, Rendering.WindowOf(RestorationTask.Ct, _image));
        var window = Rendering.WindowOf(RestorationTask.Mri, _image);
        Assert.AreEqual(0, window.Minimum);
        Assert.IsTrue(window.Maximum is > 250 and < 320, window.ToString());
        Assert.AreEqual(RestorationTask.Mri.MetricWindow, Rendering.WindowOf(RestorationTask.Mri, new(new float[4], 2, 2)));
    }
}
