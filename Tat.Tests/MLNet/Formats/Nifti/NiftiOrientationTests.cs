using Tat.MLNet.Formats;

namespace Tat.Tests.Formats.Nifti;

[TestClass]
public sealed class NiftiOrientationTests
{
    private const int Pixdim = 76;
    private const int Units = 123;
    private const int QformCode = 252;
    private const int SformCode = 254;
    private const int Quaternion = 256;
    private const int Srow = 280;

    private static readonly float[] _rightPosteriorSuperior = [2, 0, 0, -7, 0, -3, 0, 8, 0, 0, 4, 9];

    [TestMethod]
    [DataRow("25_qform_negative_pixdim.nii", "LAS", "pixdim is negative")]
    [DataRow("25_sform_all_zero.nii", null, "the sform is no map")]
    [DataRow("25_sform_nan.nii", null, "the sform is no map")]
    public void Headers_that_are_wrong_are_flagged_and_no_orientation_is_invented(string name, string? orientation, string problem)
    {
        using var scan = ImageFormats.Open(TestData.Path($"data/faults/imaging/{name}"));
        Assert.AreEqual(orientation, scan.Affine?.Orientation);
        Assert.AreEqual(orientation ?? "not recorded", scan.Properties["Orientation"]);
        Assert.Contains(problem, scan.Properties["Irregular"]);
    }

    [TestMethod]
    [DataRow(-1, 1, 1)]
    [DataRow(1, -1, 1)]
    [DataRow(1, 1, -1)]
    [DataRow(-1, -1, -1)]
    public void The_sign_of_pixdim_mirrors_nothing(int x, int y, int z)
    {
        using var folder = new TemporaryFolder();
        using var scan = Open(folder, (QformCode, [1]), (Quaternion, [0f, 1f, 0f, 5f, 6f, 7f]), (Pixdim, [-1f, 2f * x, 3f * y, 4f * z]));
        Assert.AreEqual("LAS", scan.Affine!.Orientation);
        Assert.AreEqual("-2 0 0 5; 0 3 0 6; 0 0 4 7", scan.Affine.ToString());
        Assert.Contains("pixdim", scan.Properties["Irregular"]);
    }

    [TestMethod]
    [DataRow(0, 0f)]
    [DataRow(0, float.NaN)]
    [DataRow(5, float.PositiveInfinity)]
    [DataRow(10, 0f)]
    public void An_sform_that_is_no_map_leaves_the_word_to_the_qform(int at, float value)
    {
        using var folder = new TemporaryFolder();
        var sform = _rightPosteriorSuperior.ToArray();
        sform[at] = value;
        using var both = Open(folder, (SformCode, [2]), (Srow, [.. sform]), (QformCode, [1]), (Quaternion, [0f, 1f, 0f, 5f, 6f, 7f]),
            (Pixdim, [-1f]));
        Assert.AreEqual("LAS", both.Affine!.Orientation);
        Assert.Contains("the sform is no map", both.Properties["Irregular"]);
        using var alone = Open(folder, (SformCode, [2]), (Srow, [.. sform]));
        Assert.IsNull(alone.Affine);
    }

    [TestMethod]
    [DataRow(1, 1000)]
    [DataRow(2, 1)]
    [DataRow(3, 0.001)]
    public void Places_are_in_millimetres_whatever_the_unit_and_a_result_keeps_that_of_its_source(int unit, double millimetres)
    {
        using var folder = new TemporaryFolder();
        float[] sform = [2, 0, 0, 5, 0, 3, 0, 6, 0, 0, 4, 7];
        using var scan = Open(folder, (SformCode, [1]), (Srow, [.. sform]), (Pixdim, [1f, 2f, 3f, 4f]), (Units, [unit]));
        var inUnit = new PatientAffine(new double[3, 4] { { 2, 0, 0, 5 }, { 0, 3, 0, 6 }, { 0, 0, 4, 7 } });
        for (var i = 0; i < 12; i++)
        {
            Assert.AreEqual(inUnit[i / 4, i % 4] * millimetres, scan.Affine![i / 4, i % 4], 1e-9);
        }

        Assert.AreEqual(3 * millimetres, scan.RowSpacing!.Value, 1e-9);
        var written = folder["written.nii"];
        scan.Format.WriteDerived(scan, written, NiftiSamples.SlicesOf(scan));
        using var again = ImageFormats.Open(written);
        Assert.AreEqual(scan.Affine!.ToString(), again.Affine!.ToString());
        Assert.IsTrue(NiftiSamples.FileOf(scan).Header.Bytes[252..328].SequenceEqual(NiftiSamples.FileOf(again).Header.Bytes[252..328]));
        Assert.AreEqual(unit, NiftiSamples.FileOf(again).Header.Units);
    }

    [TestMethod]
    [DataRow(1.5f, true)]
    [DataRow(1.000001f, false)]
    public void A_quaternion_that_is_too_long_is_flagged(float length, bool isFlagged)
    {
        using var folder = new TemporaryFolder();
        using var scan = Open(folder, (QformCode, [1]), (Quaternion, [0f, length, 0f, 5f, 6f, 7f]), (Pixdim, [-1f, 2f, 3f, 4f]));
        Assert.AreEqual("LAS", scan.Affine!.Orientation);
        Assert.AreEqual(isFlagged, scan.Properties.ContainsKey("Irregular"));
    }

    [TestMethod]
    public void A_size_that_is_left_out_does_not_cost_the_orientation()
    {
        using var folder = new TemporaryFolder();
        using var scan = Open(folder, (QformCode, [1]), (Quaternion, [0f, 1f, 0f, 5f, 6f, 7f]), (Pixdim, [-1f, 2f, 3f, 0f]));
        Assert.AreEqual("-2 0 0 5; 0 3 0 6; 0 0 1 7", scan.Affine!.ToString());
        Assert.Contains("pixdim is 0", scan.Properties["Irregular"]);
    }

    [TestMethod]
    public void A_qform_of_what_are_no_numbers_is_none()
    {
        using var folder = new TemporaryFolder();
        using var scan = Open(folder, (QformCode, [1]), (Quaternion, [float.NaN, 1f, 0f, 5f, 6f, 7f]));
        Assert.IsNull(scan.Affine);
        Assert.Contains("the qform is no map", scan.Properties["Irregular"]);
    }

    [TestMethod]
    public void A_header_that_is_right_is_not_flagged()
    {
        using var folder = new TemporaryFolder();
        using var scan = Open(folder, (SformCode, [2]), (Srow, [.. _rightPosteriorSuperior]));
        Assert.AreEqual("RPS", scan.Affine!.Orientation);
        Assert.IsFalse(scan.Properties.ContainsKey("Irregular"));
    }

    private static IImageScan Open(TemporaryFolder folder, params (int Offset, float[] Values)[] fields)
    {
        var path = NiftiSamples.WriteRamp(folder["ramp.nii"]);
        var bytes = File.ReadAllBytes(path);
        foreach (var (offset, values) in fields)
        {
            for (var i = 0; i < values.Length; i++)
            {
                // Codes are integers, of two bytes or a byte before another that is 0; all else are floats.
                _ = offset is QformCode or SformCode or Units
                    ? BitConverter.TryWriteBytes(bytes.AsSpan(offset), (short)values[i])
                    : BitConverter.TryWriteBytes(bytes.AsSpan(offset + (4 * i)), values[i]);
            }
        }

        File.WriteAllBytes(path, bytes);
        return ImageFormats.Open(path);
    }
}
