using Tat.MLNet.Formats;
using Tat.Samples.Service.Viewing;
using Tat.Torch.Imaging;

namespace Tat.Tests.Service;

[TestClass]
public sealed class PageViewingTests
{
    [TestMethod]
    [DataRow("LPS", false, false, false, "RLAP", DisplayName = "axial, as DICOM has it")]
    [DataRow("RAS", false, true, true, "RLAP", DisplayName = "axial, as NIfTI often has it")]
    [DataRow("PIR", false, false, false, "APSI", DisplayName = "sagittal")]
    [DataRow("SPR", true, false, true, "APSI", DisplayName = "sagittal, lying")]
    [DataRow("LSA", false, true, false, "RLSI", DisplayName = "coronal")]
    public void A_slice_is_turned_as_people_are_used_to(
        string orientation, bool transpose, bool flipRows, bool flipColumns, string edges)
    {
        var matrix = new double[3, 4];
        foreach (var (axis, code) in orientation.Index())
        {
            var direction = "LRPAIS".IndexOf(code, StringComparison.Ordinal);
            matrix[direction / 2, axis] = direction % 2 == 0 ? -1 : 1;
        }

        var view = ViewOrientation.Of(new PatientAffine(matrix))!;
        Assert.AreEqual((transpose, flipRows, flipColumns), (view.Transpose, view.FlipRows, view.FlipColumns));
        Assert.AreEqual(edges, view.Left + view.Right + view.Top + view.Bottom);
    }

    [TestMethod]
    public void Windows_are_those_of_the_unit_or_of_the_level()
    {
        Assert.AreEqual(new("Soft tissue", 40, 400), WindowPreset.For("HU", () => throw new InvalidOperationException())[0]);
        Assert.AreEqual(new("SUV 5", 2.5, 5), WindowPreset.For("SUV", () => throw new InvalidOperationException())[0]);
        Assert.AreEqual(new("Standard", 150, 300), WindowPreset.For("intensity", () => 300)[0]);
        Assert.IsTrue(WindowPreset.For("intensity", () => double.NaN).All(preset => preset.Width > 0));
    }

    [TestMethod]
    public void Scans_stay_open_for_the_next_reader_and_are_closed_when_others_are_read()
    {
        var opened = new List<Opened>();
        using (var scans = new OpenScans(TimeProvider.System))
        {
            int Read(string key) => scans.Read(key, () =>
            {
                opened.Add(new());
                return new(opened[^1]);
            }, scan => opened.IndexOf((Opened)scan));

            Assert.AreEqual(0, Read("first"));
            Assert.AreEqual(0, Read("first"));
            foreach (var i in Enumerable.Range(1, 6))
            {
                Assert.AreEqual(i, Read($"{i}"));
            }

            Assert.AreEqual(1, opened.Count(scan => scan.IsClosed));
            Assert.IsTrue(opened[0].IsClosed);
            Assert.ThrowsExactly<IOException>(() => scans.Read<int>("bad", () => throw new IOException(), _ => 0));
            Assert.AreEqual(7, Read("bad"));
        }

        Assert.IsTrue(opened.TrueForAll(scan => scan.IsClosed));
    }

    private sealed class Opened : IImageScan
    {
        public bool IsClosed { get; private set; }

        public string Path => "";

        public IImageFormat Format => ImageFormats.All[0];

        public int Rows => 1;

        public int Columns => 1;

        public int SliceCount => 1;

        public string? Modality => null;

        public string? Unit => null;

        public double? RowSpacing => null;

        public double? ColumnSpacing => null;

        public double? SliceSpacing => null;

        public IReadOnlyDictionary<string, string> Properties { get; } = new Dictionary<string, string>();

        public ImageSlice ReadSlice(int index) => new(new float[1], 1, 1);

        public void Dispose() => IsClosed = true;
    }
}
