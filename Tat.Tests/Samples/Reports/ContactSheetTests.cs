using System.Buffers.Binary;
using Tat.Samples.Reports;
using Tat.Tests.Formats;
using Tat.Torch.Imaging;
using Tat.Torch.Phantoms;
using Tat.Torch.Tasks;

namespace Tat.Tests.Reports;

[TestClass]
public sealed class ContactSheetTests
{
    private static readonly ImageSlice _image = new(new float[16 * 16], 16, 16);

    [TestMethod]
    [DataRow(1, 3)]
    [DataRow(5, 6)]
    public void A_row_shows_the_first_and_the_last_image_of_a_task(int images, int tiles)
    {
        var png = ContactSheet.Render([.. Cases(RestorationTask.Ct, images), .. Cases(RestorationTask.Mri, 1)]);
        var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20)));
        Assert.AreEqual(tiles, width / 256);
        Assert.AreEqual(2, height / 256);
    }

    [TestMethod]
    public void It_stands_beside_the_report_where_there_is_something_to_show()
    {
        using var folder = new TemporaryFolder();
        HtmlReport.Write(new() { Title = "r", Cases = [.. Cases(RestorationTask.Pet, 2)] }, folder["r.html"]);
        HtmlReport.Write(new() { Title = "none", Cases = [new(RestorationTask.Ct, "no reference", _image, _image, null)] },
            folder["none.html"]);
        CollectionAssert.AreEquivalent(new[] { "none.html", "r.html", "r.png" }, folder.Files);
    }

    [TestMethod]
    public void A_head_is_shown_in_a_narrower_window_of_HU_than_a_torso()
    {
        var (head, torso) = (Window(Anatomy.Head), Window(Anatomy.Torso));
        Assert.AreEqual(RestorationTask.Ct.MetricWindow, torso);
        Assert.AreEqual(80, head.Width, 0.01);
        Assert.IsTrue(head.Minimum is > -40 and < 10, $"{head}");

        static IntensityRange Window(Anatomy anatomy) =>
            Rendering.WindowOf(RestorationTask.Ct, Phantom.Create(RestorationTask.Ct, anatomy, 64, 3).Image);
    }

    private static IEnumerable<ReportCase> Cases(RestorationTask task, int count) =>
        Enumerable.Range(0, count).Select(i => new ReportCase(task, $"{task} {i}", _image, _image, _image));
}
