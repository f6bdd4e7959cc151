using System.Diagnostics;
using System.Globalization;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Nifti;

namespace Tat.Tests.Formats.Nifti;

/// <summary>nibabel and nifti_tool, where they are installed, read what we write as they read its source.</summary>
[TestClass]
public sealed class NiftiInteropTests
{
    private const string Python = "/usr/bin/python3";

    private const string Compare = """
        import sys, numpy as np, nibabel as nib
        a, b = nib.load(sys.argv[1]), nib.load(sys.argv[2])
        assert a.shape == b.shape, (a.shape, b.shape)
        assert np.array_equal(a.affine, b.affine), (a.affine, b.affine)
        ha, hb = a.header, b.header
        for key in ('dim', 'pixdim', 'qform_code', 'sform_code', 'xyzt_units', 'intent_code', 'intent_p1', 'intent_name', 'aux_file',
                    'cal_min', 'cal_max', 'toffset', 'slice_code', 'slice_duration', 'quatern_b',
                    'qoffset_x', 'srow_x', 'srow_y', 'srow_z'):
            assert np.array_equal(ha[key], hb[key]), (key, ha[key], hb[key])
        assert str(hb['descrip'].item(), 'latin-1').startswith(str(ha['descrip'].item(), 'latin-1').split('\0')[0].strip())
        assert [(e.get_code(), e.get_content()) for e in ha.extensions] == [(e.get_code(), e.get_content()) for e in hb.extensions]
        assert hb.get_data_dtype().kind == 'f' and hb.get_data_dtype().itemsize == 4
        assert np.array_equal(np.float32(a.get_fdata()), b.get_fdata(), equal_nan=True)
        print('same')
        """;

    [TestMethod]
    [DataRow("anatomical.nii", "out.nii")]
    [DataRow("example4d.nii.gz", "out.nii.gz")]
    [DataRow("example_nifti2.nii.gz", "out.nii")]
    [DataRow("air.hdr.gz", "out.hdr.gz")]
    [DataRow("resampled_anat_moved.nii", "out.img")]
    [DataRow("v_t2_ASL.nii.gz", "out.nii.gz")]
    [DataRow("x_slope_zero.nii", "out.nii")]
    public void Nibabel_reads_a_restored_volume_as_its_source(string name, string output)
    {
        Need(Python, "-c", "import nibabel");
        using var folder = new TemporaryFolder();
        var source = TestData.Path("data/nifti/" + name);
        Copy(source, folder[output]);
        Assert.AreEqual("same", Run(Python, "-c", Compare, source, folder[output]).Trim());
    }

    [TestMethod]
    [DataRow("anatomical.nii", "out.nii")]
    [DataRow("example4d.nii.gz", "out.nii.gz")]
    [DataRow("air.hdr.gz", "out.hdr")]
    public void Nifti_tool_finds_no_fault_in_a_restored_volume(string name, string output)
    {
        Need("nifti_tool", "-ver");
        using var folder = new TemporaryFolder();
        var source = TestData.Path("data/nifti/" + name);
        Copy(source, folder[output]);
        StringAssert.Contains(Run("nifti_tool", "-check_hdr", "-infiles", folder[output]), "header IS GOOD", StringComparison.Ordinal);
        StringAssert.Contains(Run("nifti_tool", "-check_nim", "-infiles", folder[output]), "nifti_image IS GOOD", StringComparison.Ordinal);

        using var scan = ImageFormats.Open(folder[output]);
        var (row, column) = (scan.Rows / 2, scan.Columns / 2);
        var shown = Run("nifti_tool", "-quiet", "-disp_ci", Text(column), Text(row), Text(scan.SliceCount > 20 ? 10 : 0), "0", "0", "0",
            "0", "-infiles", folder[output]);
        Assert.AreEqual(scan.ReadSlice(scan.SliceCount > 20 ? 10 : 0)[row, column], float.Parse(shown, CultureInfo.InvariantCulture),
            1e-3f);
    }

    [TestMethod]
    public void Nibabel_reads_a_new_volume()
    {
        Need(Python, "-c", "import nibabel");
        using var folder = new TemporaryFolder();
        NiftiSamples.WriteRamp(folder["ramp.nii.gz"]);
        var text = Run(Python, "-c", "import sys, nibabel; i = nibabel.load(sys.argv[1]); print(i.shape, i.header.get_zooms(), "
            + "i.get_fdata()[3, 2, 1])", folder["ramp.nii.gz"]);
        Assert.AreEqual("(4, 3, 2) (1.5, 2.0, 3.0) 23.0", text.Trim());
    }

    private static void Copy(string source, string destination)
    {
        using var scan = ImageFormats.Open(source);
        new NiftiFormat().WriteDerived(scan, destination, NiftiSamples.SlicesOf(scan));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Need(string program, params string[] arguments)
    {
        try
        {
            Run(program, arguments);
        }
        catch (Exception exception) when (exception is System.ComponentModel.Win32Exception or AssertFailedException)
        {
            Needs.Missing(Needs.Readers, $"'{program} {string.Join(' ', arguments)}' does not run here.");
        }
    }

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, $"{program}: {output}{errors.Result}");
        return output + errors.Result;
    }
}
