using System.Diagnostics;
using Tat.Tests.Formats;
using Tat.Torch.Imaging;

namespace Tat.Tests.Onnx;

/// <summary>An application that references Tat.MLNet and ONNX Runtime and nothing else, built as a user builds it.</summary>
[TestClass]
public sealed class FreshApplicationTests
{
    private const string Program = """
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
            var restored = Enumerable.Range(0, scan.SliceCount).Select(slice => restorer.Restore([scan.ReadSlice(slice)], [restorer.Tasks[args[i + 1]]])[0]);
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

    [TestMethod]
    public async Task Restores_NIfTI_and_DICOM_without_LibTorch()
    {
        using var folder = new TemporaryFolder();
        var dicom = TestData.Path("data/dicom/CT_small.dcm");
        var nifti = folder["mri.nii"];
        Loading.SampleImages.Write(nifti);
        using (var model = ExportedModels.CreateModel())
        {
            File.WriteAllBytes(folder["tat.onnx"], ExportedModels.Export(model));
        }

        var root = Repository();
        var output = folder["out"];
        File.WriteAllText(folder["Directory.Build.props"], "<Project />");
        File.WriteAllText(folder["Directory.Packages.props"], "<Project />");
        File.WriteAllText(folder["Program.cs"], Program);
        File.WriteAllText(folder["App.csproj"], $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <RuntimeIdentifier>$(NETCoreSdkPortableRuntimeIdentifier)</RuntimeIdentifier>
                <SelfContained>false</SelfContained>
              </PropertyGroup>
              <ItemGroup>
                <ProjectReference Include="{Path.Combine(root, "Tat.MLNet", "Tat.MLNet.csproj")}" />
                <PackageReference Include="Microsoft.ML.OnnxRuntime" Version="1.31.1" />
              </ItemGroup>
            </Project>
            """);
        // The libraries are those that this test program was built with: they are up to date.
        var configuration = AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Debug{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Debug" : "Release";
        await Run("dotnet", ["build", folder["App.csproj"], "-c", configuration, "-o", output, "--nologo", "-v:q"]);

        var native = Directory.GetFiles(output, "*", SearchOption.AllDirectories).Select(path => Path.GetFileName(path)!)
            .Where(name => name.Contains("torch", StringComparison.OrdinalIgnoreCase) && name != "TorchSharp.dll" && !name.StartsWith("Tat.Torch.", StringComparison.Ordinal)).ToList();
        Assert.IsEmpty(native, string.Join(", ", native));
        Assert.IsTrue(Directory.GetFiles(output, "*", SearchOption.AllDirectories).Sum(path => new FileInfo(path).Length) < 150e6);

        var (ct, mri) = (folder["ct-restored.dcm"], folder["mri-restored.nii"]);
        var printed = await Run("dotnet", [Path.Combine(output, "App.dll"), folder["tat.onnx"], dicom, "CT", ct, nifti, "MRI", mri]);
        CollectionAssert.AreEqual(new[] { $"{128 * 128}", "256" }, printed.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        AssertRestored(dicom, ct);
        AssertRestored(nifti, mri);
    }

    private static void AssertRestored(string source, string result)
    {
        using var before = Tat.MLNet.Formats.ImageFormats.Open(source);
        using var after = Tat.MLNet.Formats.ImageFormats.Open(result);
        Assert.AreEqual((before.Rows, before.Columns, before.SliceCount, before.ColumnSpacing), (after.Rows, after.Columns, after.SliceCount, after.ColumnSpacing));
        ImageSlice a = before.ReadSlice(0), b = after.ReadSlice(0);
        Assert.IsFalse(a.Pixels.AsSpan().SequenceEqual(b.Pixels));
        Assert.IsTrue(b.Pixels.All(float.IsFinite));
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Tat.sln")))
        {
            folder = folder.Parent;
        }

        if (folder is null)
        {
            Assert.Inconclusive("The test program does not run inside its checkout.");
        }

        return folder!.FullName;
    }

    private static async Task<string> Run(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.AreEqual(0, process.ExitCode, await output + await errors);
        return await output;
    }
}
