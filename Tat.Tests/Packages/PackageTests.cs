using System.Runtime.InteropServices;
using Tat.MLNet;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Dicom;
using Tat.Tests.Onnx;
using Tat.Torch.Imaging;
using Tat.Torch.Model;

namespace Tat.Tests.Packages;

/// <summary>What dotnet pack makes, and applications that reference nothing else.</summary>
[TestClass]
public sealed class PackageTests
{
    private const string WithOnnx = """
        using Microsoft.ML;
        using Microsoft.ML.Data;
        using Tat.MLNet.Formats;
        using Tat.Torch.Imaging;
        using Tat.Torch.Onnx;
        using Tat.Torch.Pretrained;

        // As files: each result has the format and geometry of its source.
        using var restorer = new OnnxRestorer(args[0]);
        for (var i = 1; i < args.Length; i += 3)
        {
            using var scan = ImageFormats.Open(args[i]);
            var task = restorer.Tasks[args[i + 1]];
            var restored = Enumerable.Range(0, scan.SliceCount).Select(slice => restorer.Restore([scan.ReadSlice(slice)], [task])[0]);
            scan.Format.WriteDerived(scan, args[i + 2], restored);
        }

        // In a pipeline of ML.NET.
        var ml = new MLContext();
        var images = ml.ImageRestoration.LoadImages(args[1], args[2]);
        var pixels = ml.ImageRestoration.ApplyOnnx(args[0]).Fit(images).Transform(images).GetColumn<float[]>("Restored").First();
        Console.WriteLine(pixels.Length);

        // The model that comes with the library.
        using var pretrained = TatPretrained.OpenOnnx();
        Console.WriteLine(pretrained.Restore([new(new float[256], 16, 16)], [pretrained.Tasks["MRI"]])[0].Pixels.Length);
        """;

    private const string WithTorch = """
        using Microsoft.ML;
        using Microsoft.ML.Data;

        var ml = new MLContext();
        var images = ml.ImageRestoration.LoadImages(args[0], args[1]);
        Console.WriteLine(ml.ImageRestoration.LoadPretrained().Transform(images).GetColumn<float[]>("Restored").First().Length);
        """;

    private static PackedLibraries _packed = null!;

    [ClassInitialize]
    public static async Task Pack(TestContext context) => _packed = await PackedLibraries.Shared;

    [AssemblyCleanup]
    public static Task Delete() => PackedLibraries.DeleteShared();

    [TestMethod]
    [DataRow("Tat.Torch", "Google.Protobuf Microsoft.ML.OnnxRuntime.Managed System.IO.Hashing TorchSharp")]
    [DataRow("Tat.MLNet",
        "JpegLibrary Microsoft.Extensions.DependencyInjection.Abstractions Microsoft.Extensions.Diagnostics.HealthChecks "
            + "Microsoft.Extensions.Logging.Abstractions Microsoft.Extensions.ObjectPool Microsoft.Extensions.Options "
            + "Microsoft.ML Tat.Torch")]
    public void A_package_has_what_its_users_look_for(string id, string dependencies)
    {
        CollectionAssert.IsSubsetOf(
            new[] { "PACKAGE.md", "icon.png", $"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml" }, _packed.Entries(id));
        var metadata = _packed.Metadata(id);
        string Value(string name) => metadata.Elements().Single(element => element.Name.LocalName == name).Value;
        Assert.AreEqual(("MIT", "icon.png", "PACKAGE.md"), (Value("license"), Value("icon"), Value("readme")));
        Assert.AreEqual(_packed.Version, Value("version"));
        var depends = metadata.Descendants().Where(element => element.Name.LocalName == "dependency")
            .ToDictionary(element => element.Attribute("id")!.Value);
        Assert.AreEqual(dependencies, string.Join(' ', depends.Keys.Order(StringComparer.Ordinal)));

        // LibTorch is the application's choice, and ML.NET may be newer than the version that the library was built with.
        if (depends.TryGetValue("TorchSharp", out var torch))
        {
            Assert.Contains("Native", torch.Attribute("exclude")!.Value);
        }
        else
        {
            Assert.AreEqual("[5.0.1, 7.0.0)", depends["Microsoft.ML"].Attribute("version")!.Value);
        }
    }

    /// <summary>
    /// The assemblies of this test run, whose public members <see cref="Api.PublicApiTests"/> compares with those that were approved.
    /// </summary>
    [TestMethod]
    public void The_packed_assemblies_are_those_whose_API_was_approved_and_have_their_symbols()
    {
        foreach (var module in new[] { typeof(TatModel).Module, typeof(ImageRestorationCatalog).Module })
        {
            var id = module.Assembly.GetName().Name!;
            var (identity, symbols) = _packed.Identity(id);
            Assert.AreEqual(module.ModuleVersionId, identity, id);
            Assert.AreEqual(_packed.SymbolIdentity(id), symbols, id);
        }
    }

    [TestMethod]
    public async Task An_application_restores_NIfTI_and_DICOM_without_LibTorch()
    {
        using var folder = new TemporaryFolder();
        using var files = new SyntheticDicom();
        var dicom = files.Write(SyntheticDicom.Slice(1, 0));
        var nifti = Loading.SampleImages.Write(folder["mri.nii"]);
        using (var model = ExportedModels.CreateModel())
        {
            File.WriteAllBytes(folder["tat.onnx"], ExportedModels.Export(model));
        }

        var application = new FreshApplication(folder);
        await application.Build(_packed, WithOnnx, "Microsoft.ML.OnnxRuntime");
        var native = Directory.GetFiles(application.Output, "*", SearchOption.AllDirectories).Select(path => Path.GetFileName(path)!)
            .Where(name => name.Contains("torch", StringComparison.OrdinalIgnoreCase) && name != "TorchSharp.dll"
                && !name.StartsWith("Tat.Torch.", StringComparison.Ordinal)).ToList();
        Assert.IsEmpty(native, string.Join(", ", native));
        Assert.IsTrue(Directory.GetFiles(application.Output, "*", SearchOption.AllDirectories)
            .Sum(path => new FileInfo(path).Length) < 150e6);

        var (ct, mri) = (folder["ct-restored.dcm"], folder["mri-restored.nii"]);
        CollectionAssert.AreEqual(
            new[] { $"{8 * 6}", "256" }, await application.Run(folder["tat.onnx"], dicom, "CT", ct, nifti, "MRI", mri));
        AssertRestored(dicom, ct);
        AssertRestored(nifti, mri);
    }

    [TestMethod]
    public async Task An_application_that_adds_LibTorch_restores_with_it()
    {
        using var folder = new TemporaryFolder();
        var nifti = Loading.SampleImages.Write(folder["mri.nii"]);
        var platform = $"libtorch-cpu-{RuntimeInformation.RuntimeIdentifier}";
        string[] packages = platform is "libtorch-cpu-linux-x64" or "libtorch-cpu-win-x64" or "libtorch-cpu-win-arm64"
            or "libtorch-cpu-osx-arm64" ? ["TorchSharp", platform] : ["TorchSharp-cpu"];
        var application = new FreshApplication(folder);
        await application.Build(_packed, WithTorch, packages);
        CollectionAssert.AreEqual(new[] { $"{6 * 8}" }, await application.Run(nifti, "MRI"));
    }

    private static void AssertRestored(string source, string result)
    {
        using var before = Tat.MLNet.Formats.ImageFormats.Open(source);
        using var after = Tat.MLNet.Formats.ImageFormats.Open(result);
        Assert.AreEqual((before.Rows, before.Columns, before.SliceCount, before.ColumnSpacing),
            (after.Rows, after.Columns, after.SliceCount, after.ColumnSpacing));
        ImageSlice a = before.ReadSlice(0), b = after.ReadSlice(0);
        Assert.IsFalse(a.Pixels.AsSpan().SequenceEqual(b.Pixels));
        Assert.IsTrue(b.Pixels.All(float.IsFinite));
    }
}
