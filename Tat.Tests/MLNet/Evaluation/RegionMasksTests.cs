using System.Buffers.Binary;
using Tat.MLNet.Evaluation;
using Tat.MLNet.Formats;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Nifti;

namespace Tat.Tests.Evaluation;

[TestClass]
public sealed class RegionMasksTests
{
    [TestMethod]
    public void Labels_lie_on_the_pixels_of_the_scan_whatever_the_direction_of_the_mask()
    {
        using var folder = new TemporaryFolder();
        using var scan = ImageFormats.Open(Place(NiftiSamples.WriteRamp(folder["scan.nii"]), isMirrored: false));
        var mask = Place(NiftiSamples.WriteRamp(folder["mask.nii"]), isMirrored: false);
        CollectionAssert.AreEqual(NiftiSamples.SlicesOf(scan).SelectMany(slice => slice.Pixels).ToArray(), Labels(mask, scan));

        Place(mask, isMirrored: true);
        CollectionAssert.AreEqual(
            NiftiSamples.SlicesOf(scan).SelectMany(slice => slice.Pixels.Chunk(4).SelectMany(row => row.Reverse())).ToArray(),
            Labels(mask, scan));
    }

    [TestMethod]
    public void Masks_are_called_as_scans_and_their_regions_as_the_table_says()
    {
        using var folder = new TemporaryFolder();
        using var scan = ImageFormats.Open(NiftiSamples.WriteRamp(folder["a.nii"]));
        Directory.CreateDirectory(folder["masks"]);
        NiftiSamples.WriteRamp(folder["masks/a.nii.gz"]);
        NiftiSamples.WriteRamp(folder["masks/b.nii"], rows: 5);
        File.WriteAllText(folder["masks/regions.tsv"], "index\tname\tcolor\n3\tliver\tred\n7\tlesion 1\tblue\n");
        var masks = RegionMasks.Find(folder["masks"]);
        Assert.AreEqual(("liver", "lesion 1", "4"), (masks.NameOf(3), masks.NameOf(7), masks.NameOf(4)));
        Assert.HasCount(2, masks.ReadSlices("a", scan).ToArray());
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => masks.ReadSlices("b", scan).ToArray()).Message,
            "has not the grid of", StringComparison.Ordinal);
        StringAssert.Contains(Assert.ThrowsExactly<FileNotFoundException>(() => masks.ReadSlices("c", scan)).Message, "no mask 'c'",
            StringComparison.Ordinal);
    }

    [TestMethod]
    [DataRow("label\tname\n1\tliver\n", "no columns 'index' and 'name'")]
    [DataRow("index\tname\n1.5\tliver\n", "line 2: '1.5'")]
    [DataRow("index\tname\n1\tliver\n1\tspleen\n", "line 3: '1'")]
    public void Names_that_cannot_be_read_are_refused(string text, string message)
    {
        using var folder = new TemporaryFolder();
        var mask = NiftiSamples.WriteRamp(folder["mask.nii"]);
        File.WriteAllText(folder["regions.tsv"], text);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => RegionMasks.Find(mask)).Message, message,
            StringComparison.Ordinal);
    }

    private static float[] Labels(string mask, IImageScan scan) =>
        [.. RegionMasks.Find(mask).ReadSlices("whatever", scan).SelectMany(slice => slice.Pixels)];

    /// <summary>Says of a file of four columns where they are: mirrored, the first one is where the last one was.</summary>
    private static string Place(string path, bool isMirrored)
    {
        const int KindOfMatrix = 254;
        const int Matrix = 280;
        var bytes = File.ReadAllBytes(path);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(KindOfMatrix), 1);
        float[] matrix = [isMirrored ? -1.5f : 1.5f, 0, 0, isMirrored ? 4.5f : 0, 0, 2, 0, 0, 0, 0, 3, 0];
        foreach (var (i, value) in matrix.Index())
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(Matrix + (4 * i)), value);
        }

        File.WriteAllBytes(path, bytes);
        return path;
    }
}
