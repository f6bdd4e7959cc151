using System.Text;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Series;

namespace Tat.Tests.Formats.Dicom.Series;

[TestClass]
public class PrivateDiffusionTests
{
    [TestMethod]
    [DataRow("SIEMENS MR HEADER", 0x0019_000Cu, "IS")]
    [DataRow("GEMS_PARM_01", 0x0043_0039u, "IS")]
    [DataRow("Philips Imaging DD 001", 0x2001_0003u, "FL")]
    [DataRow("Image Private Header", 0x0065_0009u, "FD")]
    public void Volumes_are_told_apart_by_the_b_value_of_the_manufacturer(string creator, uint element, string representation)
    {
        foreach (var (block, isKnown, hasCreator) in new[]
        {
            (0x10u, true, true),
            (0x11u, true, true),
            (0x10u, false, true),
            (0x10u, true, false),
        })
        {
            using var files = new SyntheticDicom();
            for (var i = 0; i < 6; i++)
            {
                var data = SyntheticDicom.Slice(i + 1, i % 3);
                var (group, number) = ((ushort)(element >> 16), (ushort)((block << 8) | (element & 0xFF)));
                if (hasCreator)
                {
                    data.SetText(new DicomTag(group, (ushort)block), DicomVr.LO, creator);
                }

                var vr = Enum.Parse<DicomVr>(representation);
                data.Set(new DicomElement(new DicomTag(group, number), isKnown ? vr : DicomVr.UN, Value(vr, i < 3 ? 800 : 0)));
                files.Write(data);
            }

            using var scan = (DicomScan)ImageFormats.Open(files.Folder);
            Assert.Contains("which differ by b-value", scan.Properties["Remarks"]);
            CollectionAssert.AreEqual(new[] { 4, 5, 6, 1, 2, 3 }, scan.Slices.Select(slice => slice.InstanceNumber!.Value).ToArray());
        }
    }

    [TestMethod]
    public void GE_adds_a_thousand_million()
    {
        var data = new DicomDataSet();
        data.SetText(new DicomTag(0x0043, 0x0010), DicomVr.LO, "GEMS_PARM_01");
        data.SetText(new DicomTag(0x0043, 0x1039), DicomVr.IS, "1000001500", "8", "0", "0");
        Assert.AreEqual(1500, PrivateDiffusion.BValue(data));
        Assert.IsNull(PrivateDiffusion.BValue(new()));
        data.SetText(new DicomTag(0x0043, 0x0010), DicomVr.LO, "ANOTHER");
        Assert.IsNull(PrivateDiffusion.BValue(data));
    }

    [TestMethod]
    public void Directions_tell_volumes_of_one_b_value_apart()
    {
        var data = new DicomDataSet();
        data.SetText(new DicomTag(0x0019, 0x0010), DicomVr.LO, "GEMS_ACQU_01");
        foreach (var (i, value) in new[] { "0.5", "-0.5", "0.707" }.Index())
        {
            data.SetText(new DicomTag(0x0019, (ushort)(0x10BB + i)), DicomVr.DS, value);
        }

        CollectionAssert.AreEqual(new[] { 0.5, -0.5, 0.707 }, PrivateDiffusion.Direction(data));
        Assert.AreEqual("0.500000 -0.500000 0.707000", SliceDimensions.Of(data, 0)[5].Text);
    }

    private static byte[] Value(DicomVr vr, double value) => vr switch
    {
        DicomVr.FL => BitConverter.GetBytes((float)value),
        DicomVr.FD => BitConverter.GetBytes(value),
        _ => Encoding.ASCII.GetBytes(SyntheticDicom.Text(value)),
    };
}
