using Tat.MLNet.Formats;
using Tat.MLNet.Scans;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Dicom;
using Tat.Tests.Onnx;
using Tat.Torch.Onnx;

namespace Tat.Tests.Packages;

/// <summary>
/// Programs without pipelines that are trimmed, compiled ahead of time, or simply leave ML.NET out do as others do; publishing warns of
/// nothing.
/// </summary>
[TestClass]
public sealed class TrimmedProgramTests
{
    private const string Program = """
        using Tat.MLNet.Formats;
        using Tat.MLNet.Scans;
        using Tat.Torch.Onnx;
        using Tat.Torch.Pretrained;

        try
        {
            using var restorer = args[0] == "pretrained" ? TatPretrained.OpenOnnx() : new OnnxRestorer(args[0]);
            foreach (var scan in args.Skip(1).Chunk(2))
            {
                restorer.RestoreScan(scan[0], scan[1], new() { Task = "CT", Derived = new() { UidSeed = "a", Deidentify = true } });
            }

            Console.WriteLine(restorer.Card.Title);
            return 0;
        }
        catch (InvalidDataException problem)
        {
            Console.WriteLine(problem.Message);
            return 1;
        }
        """;

    [TestMethod]
    [DataRow("PublishTrimmed")]
    [DataRow("PublishAot")]
    [DataRow("SelfContained", "Microsoft.ML", "Microsoft.ML.CpuMath", "Microsoft.ML.DataView")]
    public async Task A_published_program_restores_NIfTI_and_DICOM_as_this_one_does(string how, params string[] excluded)
    {
        using var folder = new TemporaryFolder();
        using var files = new SyntheticDicom();
        var dicom = files.Write(SyntheticDicom.Slice(1, 0));
        var nifti = Loading.SampleImages.Write(folder["ct.nii.gz"]);
        using (var model = ExportedModels.CreateModel())
        {
            OnnxExporter.Export(model, folder["tat.onnx"]);
        }

        var application = new FreshApplication(folder) { Excluded = excluded };
        await application.Publish(await PackedLibraries.Shared, Program, how, "Microsoft.ML.OnnxRuntime");
        string[] rest = [.. Directory.GetFiles(application.Output).Select(Path.GetFileName).OfType<string>().Where(name =>
            name.StartsWith("Microsoft.ML.", StringComparison.Ordinal) && name != "Microsoft.ML.OnnxRuntime.dll"
            || name.Contains("torch_cpu", StringComparison.Ordinal))];
        Assert.IsEmpty(rest, "of ML.NET and LibTorch nothing is left");

        var (ct, result) = (folder["ct.dcm"], folder["restored.nii.gz"]);
        var (exitCode, output) = await application.RunPublished(folder["tat.onnx"], dicom, ct, nifti, result);
        Assert.AreEqual(0, exitCode, output);
        using var restorer = new OnnxRestorer(folder["tat.onnx"]);
        Assert.AreEqual(restorer.Card.Title, output.Trim());
        restorer.RestoreScan(nifti, folder["expected.nii.gz"], new() { Task = "CT", Derived = new() { Deidentify = true } });
        CollectionAssert.AreEqual(File.ReadAllBytes(folder["expected.nii.gz"]), File.ReadAllBytes(result));
        restorer.RestoreScan(dicom, folder["expected.dcm"], new() { Derived = new() { Deidentify = true } });
        CollectionAssert.AreEqual(PixelsOf(folder["expected.dcm"]), PixelsOf(ct));

        // The bundled model is read from its safetensors and turned into ONNX; a damaged file is told from it.
        (exitCode, output) = await application.RunPublished("pretrained");
        Assert.AreEqual(0, exitCode, output);
        var bytes = File.ReadAllBytes(folder["tat.onnx"]);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(folder["damaged.onnx"], bytes);
        (exitCode, output) = await application.RunPublished(folder["damaged.onnx"]);
        Assert.AreEqual(1, exitCode, output);
        Assert.Contains("is damaged", output);
    }

    private static float[] PixelsOf(string path)
    {
        using var scan = ImageFormats.Open(path);
        return scan.ReadSlice(0).Pixels;
    }
}
