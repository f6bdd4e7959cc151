using Microsoft.ML;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Nifti;
using Tat.Tests.Documentation.Snippets;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Dicom;
using Tat.Torch.Degradation;
using Tat.Torch.Imaging;
using Tat.Torch.Phantoms;
using Tat.Torch.Tasks;

namespace Tat.Tests.Documentation;

/// <summary>
/// The code of the pages does what they say, on phantoms; what trains is compiled alone. Its files lie in the current folder, which is that
/// of the whole process.
/// </summary>
[TestClass]
[DoNotParallelize]
public sealed class SnippetRunTests
{
    private static readonly TemporaryFolder _folder = new();
    private static readonly Phantom _phantom = Phantom.Create(RestorationTask.Ct, Anatomy.Head, 256, 1);
    private static readonly ImagePair _pair = new CtLowDose().Degrade(_phantom.Image, _phantom.PixelSpacing, 2, "phantom");
    private static string _before = "";

    [ClassInitialize]
    public static void Enter(TestContext context)
    {
        using var dicom = new SyntheticDicom();
        Directory.CreateDirectory(_folder["ct-series"]);
        foreach (var number in Enumerable.Range(1, 3))
        {
            File.Copy(dicom.Write(SyntheticDicom.Slice(number, 2 * number)), _folder[$"ct-series/{number}.dcm"]);
        }

        foreach (var name in new[]
        {
            "scan.nii.gz", "scans/a.nii", "study/a.nii", "study/b.nii", "upload/scan.nii.gz", "pairs/CT/train/LQ/a.nii",
            "pairs/CT/test/LQ/b.nii",
        })
        {
            Write(name, _pair.LowQuality);
        }

        Write("pairs/CT/train/HQ/a.nii", _pair.HighQuality);
        Write("pairs/CT/test/HQ/b.nii", _pair.HighQuality);
        File.WriteAllText(_folder["study/empty.dcm"], "");
        File.WriteAllText(_folder["images.csv"], "LowQuality,Task\nscans/a.nii,CT\n");
        Directory.CreateDirectory(_folder["results"]);
        _before = Environment.CurrentDirectory;
        Environment.CurrentDirectory = _folder.Path;
    }

    [ClassCleanup]
    public static void Leave()
    {
        Environment.CurrentDirectory = _before;
        _folder.Dispose();
    }

    [TestMethod]
    public void Scans_are_restored()
    {
        File.Delete("restored.nii.gz");
        ScansPage.Run();
        AssertBetter("restored.nii.gz");
        AssertBetter("restored/a.nii");
        AssertBetter("restored/b.nii");
    }

    [TestMethod]
    public void A_series_becomes_NIfTI_and_a_series_again()
    {
        DicomAndNiftiPage.Run();
        using var series = ImageFormats.Open("ct-series");
        using var nifti = ImageFormats.Open("ct.nii.gz");
        using var back = ImageFormats.Open("restored-series");
        Assert.AreEqual(series.Affine!.ToString(), back.Affine!.ToString());
        for (var slice = 0; slice < 3; slice++)
        {
            CollectionAssert.AreEqual(series.ReadSlice(slice).Pixels, nifti.ReadSlice(slice).Pixels);
            CollectionAssert.AreEqual(series.ReadSlice(slice).Pixels, back.ReadSlice(slice).Pixels);
        }
    }

    [TestMethod]
    public void Images_in_memory_are_restored() => MemoryPage.Run();

    [TestMethod]
    public async Task A_service_restores_images_and_scans()
    {
        await ServingPage.Run(_pair.LowQuality, CancellationToken.None);
        AssertBetter("results/scan.nii.gz");
    }

    [TestMethod]
    public void Data_are_loaded_tagged_and_measured() => OwnDataPage.Run();

    [TestMethod]
    public void A_restorer_of_ones_own_is_measured() => ExtendingPage.Restore(new MLContext());

    [TestMethod]
    public void An_exported_model_restores()
    {
        File.Delete("restored.nii.gz");
        OnnxPage.Run();
        AssertBetter("restored.nii.gz");
    }

    [TestMethod]
    public void The_packages_do_what_they_show()
    {
        PackageOfTorchPage.Run();
        PackageOfMLNetPage.Run();
    }

    private static void Write(string name, ImageSlice image)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        new NiftiFormat().Write(_folder[name], [image], _phantom.PixelSpacing, _phantom.PixelSpacing, 5);
    }

    private static void AssertBetter(string path)
    {
        using var scan = ImageFormats.Open(path);
        Assert.IsLessThan(Error(_pair.LowQuality), Error(scan.ReadSlice(0)));
    }

    private static double Error(ImageSlice image) => image.Pixels.Zip(_pair.HighQuality.Pixels, (a, b) => (double)(a - b) * (a - b)).Sum();
}
