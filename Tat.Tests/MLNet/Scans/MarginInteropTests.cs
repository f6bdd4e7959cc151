using System.Diagnostics;
using System.Globalization;
using Tat.MLNet.Scans;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Dicom;
using Tat.Tests.Formats.Nifti;
using Tat.Torch.Model;

namespace Tat.Tests.Scans;

/// <summary>Independent readers, where they are installed, find margins where results are, and in the same unit.</summary>
[TestClass]
public sealed class MarginInteropTests
{
    private const string Python = "/usr/bin/python3";

    private const string Nifti = """
        import sys, numpy, nibabel
        source, restored, margin = (nibabel.load(path) for path in sys.argv[1:4])
        assert source.shape == restored.shape == margin.shape
        assert numpy.allclose(source.affine, margin.affine, atol=1e-5) and numpy.allclose(restored.affine, margin.affine, atol=1e-5)
        assert source.header.get_xyzt_units() == margin.header.get_xyzt_units()
        expected = 0.01 * 4096 * numpy.sqrt((restored.get_fdata() + 1024) / 4096)
        print(numpy.abs(margin.get_fdata() - expected).max())
        """;

    private const string Dicom = """
        import sys, glob, numpy, pydicom
        def series(folder):
            files = [pydicom.dcmread(path) for path in glob.glob(folder + '/*')]
            return sorted(files, key=lambda file: float(file.ImagePositionPatient[2]))
        worst = 0
        source, restored, margin = (series(folder) for folder in sys.argv[1:4])
        assert len(source) == len(restored) == len(margin)
        assert len({file.SeriesInstanceUID for file in source + restored + margin}) == 3
        for a, b, c in zip(source, restored, margin):
            for name in ('Rows', 'Columns', 'PixelSpacing', 'ImagePositionPatient', 'ImageOrientationPatient', 'FrameOfReferenceUID',
                         'StudyInstanceUID'):
                assert a.get(name) == c.get(name), name
            values = lambda file: file.pixel_array * float(file.RescaleSlope) + float(file.RescaleIntercept)
            expected = 0.01 * 4096 * numpy.sqrt(numpy.maximum(0, values(b) + 1024) / 4096)
            worst = max(worst, numpy.abs(values(c) - expected).max())
        print(worst)
        """;

    private static readonly ScanRestorationOptions _options = new() { Task = "CT", Uncertainty = true };

    [TestMethod]
    public void Nibabel_reads_margins_on_the_grid_of_the_source()
    {
        using var folder = new TemporaryFolder();
        var source = NiftiSamples.WriteRamp(folder["ramp.nii.gz"]);
        using var restorer = Restorer();
        restorer.RestoreScan(source, folder["out.nii.gz"], _options);
        Assert.IsLessThan(1e-3, Run("nibabel", Nifti, source, folder["out.nii.gz"], folder["out_margin.nii.gz"]));
    }

    [TestMethod]
    public void Pydicom_reads_margins_on_the_grid_of_the_source()
    {
        using var files = new SyntheticDicom();
        using var folder = new TemporaryFolder();
        for (var slice = 0; slice < 3; slice++)
        {
            files.Write(SyntheticDicom.Slice(slice + 1, slice));
        }

        using var restorer = Restorer();
        restorer.RestoreScan(files.Folder, folder["out"], _options);

        // Both are stored as whole HU.
        Assert.IsLessThan(1.01, Run("pydicom", Dicom, files.Folder, folder["out"], folder["out_margin"]));
    }

    private static Increment Restorer() => new(card: new ModelCard
    {
        Margins = new Dictionary<string, MarginFactors> { ["CT"] = new() { Signal = 0.01 } },
    });

    /// <summary>Runs a script, and gives the number that it prints.</summary>
    private static double Run(string reader, string script, params string[] paths)
    {
        if (!File.Exists(Python) || Start("-c", $"import {reader}, numpy") is { ExitCode: not 0 })
        {
            Needs.Missing(Needs.Readers, $"{reader} is not installed.");
        }

        var (exitCode, output) = Start(["-c", script, .. paths]);
        Assert.AreEqual(0, exitCode, output);
        return double.Parse(output, CultureInfo.InvariantCulture);
    }

    private static (int ExitCode, string Output) Start(params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(Python, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }
}
