using System.Net.Http.Json;
using Tat.Samples.Service.Jobs;
using Tat.Samples.Shell;
using Tat.Tests.Formats.Dicom;
using Tat.Tests.Formats.Nifti;
using Tat.Tests.Samples;

namespace Tat.Tests.Service;

/// <summary>The command that lets a service restore an archive.</summary>
[TestClass]
public sealed class SubmitTests
{
    [TestMethod]
    public async Task An_archive_is_restored_as_restore_does_it_and_never_twice()
    {
        await using var service = await RunningService.StartAsync("--Service:MaximumQueued=1", "--Service:RequestsPerTenSeconds=100000");
        var archive = service["archive"];
        Directory.CreateDirectory(Path.Combine(archive, "b/series"));
        NiftiSamples.WriteRamp(Path.Combine(archive, "a.nii"));
        NiftiSamples.WriteRamp(Path.Combine(archive, "b/c.nii"), 40, 48, 3);
        File.WriteAllText(Path.Combine(archive, "b/readme.txt"), "no image");
        using (var files = new SyntheticDicom())
        {
            foreach (var number in new[] { 1, 2 })
            {
                files.Write(SyntheticDicom.Slice(number, number), $"{number}.dcm");
                File.Move(Path.Combine(files.Folder, $"{number}.dcm"), Path.Combine(archive, $"b/series/{number}.dcm"));
            }
        }

        string[] command = ["submit", archive, "--server", $"{service.Client.BaseAddress}", "--task", "CT", "--out", service["out"]];
        var first = await Cli.RunAsync(command);
        first.AssertDone();
        Assert.Contains("3 of 3 jobs done", first.Output);
        string[] names = ["a.nii", "b/c.nii", "b/series/IM00001.dcm", "b/series/IM00002.dcm"];
        Assert.AreSequenceEqual(names, NamesBelow(service["out"]));
        foreach (var name in names[..2])
        {
            (await Cli.RunAsync("restore", Path.Combine(archive, name), "--model", service.Model, "--task", "CT", "--out",
                service["expected.nii"], "--overwrite")).AssertDone();
            Assert.AreSequenceEqual(
                await File.ReadAllBytesAsync(service["expected.nii"]), await File.ReadAllBytesAsync(Path.Combine(service["out"], name)));
        }

        (await Cli.RunAsync(command)).AssertDone();
        Assert.AreEqual(3, (await service.Client.GetFromJsonAsync<JobPage>("api/jobs", RunningService.Json))!.Total);
        Assert.AreSequenceEqual(names, NamesBelow(service["out"]));
    }

    [TestMethod]
    public async Task An_archive_is_restored_as_its_options_say()
    {
        await using var service = await RunningService.StartAsync();
        NiftiSamples.WriteNoise(service["archive/a.nii"]);
        string[] options = ["--task", "MRI", "--factor", "1x2", "--uncertainty"];
        string[] submit = ["submit", service["archive"], "--server", $"{service.Client.BaseAddress}"];
        (await Cli.RunAsync([.. submit, "--out", service["out"], .. options])).AssertDone();
        var restored = await Cli.RunAsync(
            ["restore", service["archive/a.nii"], "--model", service.Model, "--out", service["expected"], .. options]);
        Assert.AreEqual(ExitCodes.Done, restored.ExitCode, restored.Errors);
        string[] names = ["a.nii", "a_margin.nii"];
        Assert.AreSequenceEqual(names, NamesBelow(service["out"]));
        foreach (var name in names)
        {
            Assert.AreSequenceEqual(
                await File.ReadAllBytesAsync(service[$"expected/{name}"]), await File.ReadAllBytesAsync(service[$"out/{name}"]), name);
        }

        (await Cli.RunAsync([.. submit, "--uncertainty", "--local-means"])).AssertFailed(
            2, "--local-means has no effect together with --uncertainty");
        (await Cli.RunAsync([.. submit, "--task", "CT", "--factor", "2"])).AssertFailed(1, "does not restore resolution");
    }

    [TestMethod]
    public async Task What_cannot_be_restored_is_named_with_the_reason()
    {
        await using var service = await RunningService.StartAsync();
        Directory.CreateDirectory(service["archive"]);
        await File.WriteAllBytesAsync(service["archive/damaged.nii"], new byte[400]);
        var result = await Cli.RunAsync("submit", service["archive"], "--server", $"{service.Client.BaseAddress}", "--task", "CT");
        result.AssertFailed(1, "damaged.nii");
    }

    [TestMethod]
    public async Task Where_there_is_no_service_or_no_archive_it_says_so()
    {
        var port = ServerProcess.FreePort();
        (await Cli.RunAsync("submit", Path.GetTempPath(), "--server", $"http://127.0.0.1:{port}")).AssertFailed(1, $"{port}");
        (await Cli.RunAsync("submit", "no-such-folder", "--server", $"http://127.0.0.1:{port}")).AssertFailed(1, "no-such-folder");
        (await Cli.RunAsync("submit", Path.GetTempPath(), "--server", "here")).AssertFailed(2, "http://localhost:5000");
    }

    private static string[] NamesBelow(string folder) =>
        [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/')).Order(StringComparer.Ordinal)];
}
