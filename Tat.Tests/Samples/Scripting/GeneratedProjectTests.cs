using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Tat.MLNet.Formats;
using Tat.Samples.Scripting;
using Tat.Samples.Shared;
using Tat.Tests.Build;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Dicom;
using Tat.Tests.Packages;

namespace Tat.Tests.Samples.Scripting;

/// <summary>
/// Code that the program and the templates generate, built against the packages as a user builds it: it does what the program does, to the
/// last digit.
/// </summary>
[TestClass]
public sealed partial class GeneratedProjectTests
{
    private const string Name = "4 class Größe";
    private static readonly TemporaryFolder _folder = new();

    private static string Model => _folder[$"trained/{Name}.mlnet"];

    private static string Scan => Directory.GetFiles(_folder["data/CT/test/LQ"]).Order(StringComparer.Ordinal).First();

    [ClassInitialize]
    public static async Task Generate(TestContext _)
    {
        var root = SourceTree.Root;
        ScriptedTrainingTests.WritePairs(_folder["data"], ("train", 3), ("validation", 1), ("test", 2));
        File.WriteAllText(_folder[$"{Name}.mbconfig"], """
            {
              "DataSource": { "FolderPath": "data" },
              "TrainingOption": {
                "Network": { "Width": 4, "RepresentationFeatures": 4, "TrainSize": 16 },
                "Training": {
                  "Iterations": 3, "PatchSize": 16, "ValidationInterval": 2, "TaskWeights": { "MRI": 2 },
                  "LaterStages": [ { "FromIteration": 2, "PatchSize": 24, "BatchSizePerTask": 2 } ]
                }
              }
            }
            """);
        foreach (var (template, output) in new[] { ("training", "trained"), ("console", "own-console"), ("webapi", "own-service") })
        {
            (await Cli.RunAsync("train", "--training-config", _folder[$"{Name}.mbconfig"], "--template", template, "--out",
                _folder[output])).AssertDone();
        }

        var packed = await PackedLibraries.Shared;
        Directory.CreateDirectory(_folder["feed"]);
        foreach (var package in Directory.GetFiles(packed.Folder, "*.nupkg"))
        {
            File.Copy(package, _folder[$"feed/{Path.GetFileName(package)}"]);
        }

        await Run("dotnet", [
            "pack", Path.Combine(root, "Templates"), "-c", Dotnet.Configuration, "-o", _folder["feed"], "--nologo", "-v:q",
        ]);
        string[] hive = ["--debug:custom-hive", _folder["hive"]];
        await Run("dotnet", ["new", "install", Directory.GetFiles(_folder["feed"], "Tat.Templates.*.nupkg").Single(), .. hive]);
        await Run("dotnet", ["new", "tat-console", "-n", "My Console", "-o", _folder["console"], .. hive]);
        await Run("dotnet", ["new", "tat-webapi", "-n", "Service", "-o", _folder["service"], .. hive]);
        await Run("dotnet", ["new", "tat-training", "-n", "Trainer", "-o", _folder["trainer"], .. hive]);

        // The packages of this build, and no copies of those that the machine has already.
        var cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        File.WriteAllText(_folder["Directory.Packages.props"], "<Project />");
        File.WriteAllText(_folder["Directory.Build.props"], $"""
            <Project>
              <PropertyGroup>
                <RestorePackagesPath>{_folder["packages"]}</RestorePackagesPath>
                <RestoreFallbackFolders>{cache}</RestoreFallbackFolders>
                <RestoreAdditionalProjectSources>{_folder["feed"]}</RestoreAdditionalProjectSources>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <NoWarn>$(NoWarn);NU1603</NoWarn>
                <CreateHardLinksForCopyFilesToOutputDirectoryIfPossible>true</CreateHardLinksForCopyFilesToOutputDirectoryIfPossible>
              </PropertyGroup>
            </Project>
            """);
        File.WriteAllText(_folder["all.slnx"], $"""
            <Solution>
              <Project Path="trained/{Name}.csproj" />
              <Folder Name="/own-console/"><Project Path="own-console/{Name}.csproj" /></Folder>
              <Folder Name="/own-service/"><Project Path="own-service/{Name}.csproj" /></Folder>
              <Project Path="console/My Console.csproj" />
              <Project Path="service/Service.csproj" />
              <Project Path="trainer/Trainer.csproj" />
            </Solution>
            """);
        await Run("dotnet", ["build", _folder["all.slnx"], "-c", "Release", "--nologo", "-v:q"]);
    }

    [ClassCleanup]
    public static void RemoveFolder() => _folder.Dispose();

    [TestMethod]
    public async Task The_file_beside_the_model_trains_the_same_model_again()
    {
        (await Cli.RunAsync("train", "--training-config", _folder[$"trained/{Name}.mbconfig"], "--out", _folder["again"])).AssertDone();
        Assert.AreSequenceEqual(RestoredBy(Model), RestoredBy(_folder[$"again/{Name}.mlnet"]));
        var (first, second) = (TrainingConfiguration.Read(_folder[$"trained/{Name}.mbconfig"]),
            TrainingConfiguration.Read(_folder[$"again/{Name}.mbconfig"]));
        Assert.AreEqual(JsonSerializer.Serialize(first.TrainingOption), JsonSerializer.Serialize(second.TrainingOption));
        Assert.AreEqual(first.RunHistory!.Trials.Single().Score, second.RunHistory!.Trials.Single().Score);
        Assert.AreEqual(File.ReadAllText(_folder[$"trained/{Name}.training.cs"]), File.ReadAllText(_folder[$"again/{Name}.training.cs"]));
    }

    [TestMethod]
    public async Task The_generated_program_trains_evaluates_and_restores_as_this_program_does()
    {
        var program = Built("trained", Name);
        var before = await Run("dotnet", [program, "evaluate", _folder["data"]]);
        var expected = await Cli.RunAsync("evaluate", "--data", _folder["data"], "--model", Model, "--baselines", "--json");
        var rows = JsonDocument.Parse(expected.Output).RootElement.EnumerateArray()
            .Where(row => row.GetProperty("method").GetString() != "Reference").Select(row => string.Create(
                CultureInfo.InvariantCulture,
                $"{row.GetProperty("task").GetString()},\"{row.GetProperty("method").GetString()}\",{row.GetProperty("images").GetInt32()},"
                + $"{row.GetProperty("psnr").GetDouble():R},{row.GetProperty("ssim").GetDouble():R},"
                + $"{row.GetProperty("rmse").GetDouble():R}"));
        Assert.AreSequenceEqual(rows, before.Trim().Split('\n').Skip(1).Select(line => line.Trim()));

        await Run("dotnet", [program, "restore", Scan, _folder["restored.nii.gz"], "CT"]);
        Assert.AreSequenceEqual(RestoredBy(Model), Pixels(_folder["restored.nii.gz"]));

        // Training replaces the model beside the program by one that is the same.
        var beside = Path.Combine(Path.GetDirectoryName(program)!, $"{Name}.mlnet");
        File.Delete(beside);
        await Run("dotnet", [program, "train", _folder["data"]]);
        Assert.IsTrue(File.Exists(beside));
        Assert.AreEqual(before, await Run("dotnet", [program, "evaluate", _folder["data"]]));
    }

    /// <summary>The project of dotnet new has the bundled model, that of train --template the one that was trained.</summary>
    [TestMethod]
    [DataRow("console", "My Console")]
    [DataRow("own-console", Name)]
    public async Task The_console_template_restores_with_its_model(string folder, string project)
    {
        await Run("dotnet", [Built(folder, project), Scan, _folder[$"{folder}.nii.gz"], "CT"]);
        Assert.AreSequenceEqual(RestoredBy(ModelIn(folder)), Pixels(_folder[$"{folder}.nii.gz"]));
    }

    [TestMethod]
    [DataRow("service", "Service")]
    [DataRow("own-service", Name)]
    public async Task The_service_template_restores_what_is_uploaded_and_says_what_is_wrong_with_it(string folder, string project)
    {
        using var service = Start("dotnet", [Built(folder, project), "--urls", "http://127.0.0.1:0"]);
        try
        {
            var address = "";
            while (await service.StandardOutput.ReadLineAsync() is { } line && address.Length == 0)
            {
                address = Address().Match(line).Value;
            }

            using var client = new HttpClient { BaseAddress = new(address) };
            using var restored = await client.PostAsync("/restore?task=CT", Upload(("scan.nii.gz", await File.ReadAllBytesAsync(Scan))));
            Assert.AreEqual(HttpStatusCode.OK, restored.StatusCode, await restored.Content.ReadAsStringAsync());
            await File.WriteAllBytesAsync(_folder[$"{folder}.nii.gz"], await restored.Content.ReadAsByteArrayAsync());
            Assert.AreSequenceEqual(RestoredBy(ModelIn(folder)), Pixels(_folder[$"{folder}.nii.gz"]));

            using var dicom = new SyntheticDicom();
            dicom.Write(SyntheticDicom.Slice(1, 0));
            dicom.Write(SyntheticDicom.Slice(2, 1));
            using var series = await client.PostAsync("/restore",
                Upload([.. Directory.GetFiles(dicom.Folder).Select(file => (Path.GetFileName(file), File.ReadAllBytes(file)))]));
            await ZipFile.ExtractToDirectoryAsync(await series.Content.ReadAsStreamAsync(), _folder[$"{folder}-series"]);
            using var scan = ImageFormats.Open(_folder[$"{folder}-series"]);
            Assert.AreEqual(("CT", 2, 8, 6), (scan.Modality, scan.SliceCount, scan.Rows, scan.Columns));

            using var refused = await client.PostAsync("/restore?task=CT", Upload(("scan.nii.gz", [1, 2, 3])));
            Assert.AreEqual(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
            var problem = await refused.Content.ReadAsStringAsync();
            StringAssert.Contains(problem, "scan-1.nii.gz", StringComparison.Ordinal);
            Assert.DoesNotContain(Path.GetTempPath(), problem);
        }
        finally
        {
            service.Kill(entireProcessTree: true);
        }
    }

    [TestMethod]
    public void The_packages_of_the_templates_are_those_that_this_build_was_tested_with()
    {
        var root = SourceTree.Root;
        var own = Version().Matches(File.ReadAllText(Path.Combine(root, "Directory.Packages.props")))
            .ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);
        own["Tat.MLNet"] = ProductVersion().Match(File.ReadAllText(Path.Combine(root, "Directory.Build.props"))).Groups[1].Value;
        own["libtorch-cpu-$(RuntimeIdentifier)"] = own["libtorch-cpu-linux-x64"];
        foreach (var project in CodeTemplates.Projects)
        {
            var used = Version().Matches(File.ReadAllText(Path.Combine(root, "Templates", "Projects", project, "RestorationApp.csproj")))
                .Select(match => (Package: match.Groups[1].Value, Version: match.Groups[2].Value)).ToList();
            Assert.HasCount(3, used);
            foreach (var (package, version) in used)
            {
                Assert.AreEqual(own[package], version, $"{project}: {package}");
            }
        }
    }

    private static string ModelIn(string folder) =>
        File.Exists(_folder[$"{folder}/{Name}.mlnet"]) ? _folder[$"{folder}/{Name}.mlnet"] : "pretrained";

    private static float[] RestoredBy(string model)
    {
        using var restorer = ModelFiles.Open(model, "cpu");
        using var scan = ImageFormats.Open(Scan);
        return restorer.Restore([scan.ReadSlice(0)], [restorer.Tasks["CT"]])[0].Pixels;
    }

    private static float[] Pixels(string path)
    {
        using var scan = ImageFormats.Open(path);
        return scan.ReadSlice(0).Pixels;
    }

    private static string Built(string folder, string project) =>
        Directory.GetFiles(_folder[folder], $"{project}.dll", SearchOption.AllDirectories)
            .Single(path => path.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    private static MultipartFormDataContent Upload(params (string Name, byte[] Content)[] files)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, content) in files)
        {
            form.Add(new ByteArrayContent(content), "scan", name);
        }

        return form;
    }

    private static Process Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder.Path,
        };

        // What the build of this test program set is not for that of the projects.
        foreach (var inherited in start.Environment.Keys.Where(key => key.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase))
            .ToList())
        {
            start.Environment.Remove(inherited);
        }

        return Process.Start(start)!;
    }

    private static async Task<string> Run(string program, string[] arguments)
    {
        using var process = Start(program, arguments);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.AreEqual(0, process.ExitCode, $"{string.Join(' ', arguments)}: {await output}{await errors}");
        return await output;
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex Address();

    [GeneratedRegex("""<Package(?:Version|Reference) Include="([^"]+)" Version="([^"]+)" />""")]
    private static partial Regex Version();

    [GeneratedRegex("<Version>([^<]+)</Version>")]
    private static partial Regex ProductVersion();
}
