using System.Text.Json;

namespace Tat.Tests.Build;

/// <summary>One build property chooses the LibTorch that programs ship; evaluated by MSBuild without restoring anything.</summary>
[TestClass]
public sealed class BuildSwitchTests
{
    [TestMethod]
    [DataRow("cpu", "linux-x64", "libtorch-cpu-linux-x64")]
    [DataRow("cpu", "win-x64", "libtorch-cpu-win-x64")]
    [DataRow("cpu", "osx-arm64", "libtorch-cpu-osx-arm64")]
    [DataRow("cpu", "osx-x64", "TorchSharp-cpu")]
    [DataRow("cuda-windows", "", "TorchSharp-cuda-windows")]
    [DataRow("cuda-linux", "", "TorchSharp-cuda-linux")]
    public async Task The_backend_is_one_package_beside_TorchSharp(string backend, string rid, string package)
    {
        var evaluated = await Evaluate("Tat.Samples", [$"-p:TorchBackend={backend}", $"-p:RuntimeIdentifier={rid}"]);
        CollectionAssert.AreEqual(new[] { "TorchSharp", package }, evaluated.TorchPackages);
    }

    [TestMethod]
    public async Task The_switches_are_environment_variables_too_and_the_default_is_the_processor_without_fo_dicom()
    {
        var evaluated = await Evaluate("Tat.Samples", [], ("TorchBackend", "cuda-linux"), ("UseFoDicom", "true"));
        CollectionAssert.AreEqual(new[] { "TorchSharp", "TorchSharp-cuda-linux" }, evaluated.TorchPackages);
        Assert.AreEqual(("linux-x64", "true"), (evaluated.RuntimeIdentifier, evaluated.UseFoDicom));

        evaluated = await Evaluate("Tat.Tests", ["-p:RuntimeIdentifier=linux-x64"]);
        CollectionAssert.AreEqual(new[] { "TorchSharp", "libtorch-cpu-linux-x64" }, evaluated.TorchPackages);
        Assert.AreEqual("false", evaluated.UseFoDicom);
    }

    [TestMethod]
    [DataRow("Tat.Torch", "TorchSharp")]
    [DataRow("Tat.MLNet", "")]
    public async Task The_libraries_reference_TorchSharp_alone_whatever_the_backend(string library, string expected)
    {
        var evaluated = await Evaluate(library, ["-p:TorchBackend=cuda-linux"]);
        Assert.AreEqual(expected, string.Join(", ", evaluated.TorchPackages));
    }

    [TestMethod]
    [DataRow("gpu", "", "TorchBackend is 'gpu'; use cpu, cuda-windows or cuda-linux.")]
    [DataRow("cuda-windows", "linux-x64",
        "TorchBackend=cuda-windows is for win-x64, not for linux-x64; change one of them.")]
    public async Task A_wrong_value_stops_the_restore_with_the_right_ones(string backend, string rid, string message)
    {
        var (exitCode, output) = await MSBuild(
            "Tat.Samples", ["-t:CollectPackageReferences", $"-p:TorchBackend={backend}", $"-p:RuntimeIdentifier={rid}"]);
        Assert.AreNotEqual(0, exitCode);
        Assert.Contains(message, output);
    }

    private sealed record Evaluation(string[] TorchPackages, string RuntimeIdentifier, string UseFoDicom);

    private static async Task<Evaluation> Evaluate(string project, string[] arguments, params (string Name, string Value)[] environment)
    {
        var (exitCode, output) = await MSBuild(
            project, ["-getItem:PackageReference", "-getProperty:RuntimeIdentifier,UseFoDicom", .. arguments], environment);
        Assert.AreEqual(0, exitCode, output);
        using var json = JsonDocument.Parse(output);
        var properties = json.RootElement.GetProperty("Properties");
        return new Evaluation(
            [.. json.RootElement.GetProperty("Items").GetProperty("PackageReference").EnumerateArray()
                .Select(item => item.GetProperty("Identity").GetString()!)
                .Where(name => name.Contains("torch", StringComparison.OrdinalIgnoreCase))],
            properties.GetProperty("RuntimeIdentifier").GetString()!,
            properties.GetProperty("UseFoDicom").GetString()!);
    }

    private static Task<(int ExitCode, string Output)> MSBuild(
        string project, string[] arguments, params (string Name, string Value)[] environment) =>
        Dotnet.Run(SourceTree.Root, ["msbuild", Path.Combine(SourceTree.Root, project, $"{project}.csproj"), "-nologo", .. arguments],
            environment);
}
