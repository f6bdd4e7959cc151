using System.Net;
using System.Text.Json.Nodes;
using Tat.MLNet.Scans;
using Tat.Samples.Service.Jobs;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Dicom;
using Tat.Tests.Formats.Nifti;
using Tat.Tests.Scoring;
using Tat.Torch.Inference;
using Tat.Torch.Onnx;
using Tat.Torch.Pretrained;

namespace Tat.Tests.Service;

/// <summary>Several models side by side.</summary>
[TestClass]
public sealed class ModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ModelTests() => Export("small.onnx", 3);

    private string Small => $"--Service:Models:small={_folder["small.onnx"]}";

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task A_job_names_its_model_and_keeps_which_one_exactly_it_was()
    {
        await using var service = await RunningService.StartAsync(Small);
        var scan = NiftiSamples.WriteRamp(service["scan.nii"]);
        var models = JsonNode.Parse(await service.Client.GetStringAsync("api/models"))!.AsArray();
        Assert.AreSequenceEqual(["default", "small"], models.Select(model => $"{model!["name"]}"));
        foreach (var (name, file) in new[] { ("", service.Model), ("SMALL", _folder["small.onnx"]) })
        {
            var model = models.Single(one => name.Equals($"{one!["name"]}".Replace("default", ""), StringComparison.OrdinalIgnoreCase))!;
            var job = await service.EndOfAsync((await service.SubmitAsync(scan, ("task", "CT"), ("model", name))).Id);
            Assert.AreEqual((JobState.Succeeded, $"{model["name"]}", $"{model["hash"]}"), (job.State, job.Model, job.ModelHash), job.Error);
            var expected = service[$"{job.Model}.nii"];
            using var restorer = new OnnxRestorer(file);
            restorer.RestoreScan(scan, expected, new() { Task = "CT" });
            Assert.AreSequenceEqual(
                await File.ReadAllBytesAsync(expected), await service.Client.GetByteArrayAsync($"api/jobs/{job.Id}/result"), job.Model);
        }

        Assert.HasCount(2, Directory.GetDirectories(Path.Combine(service.Data, "results")));
        using var unknown = await service.PostAsync([("scan.nii", await File.ReadAllBytesAsync(scan))], ("model", "none"));
        await RunningService.AssertProblemAsync(unknown, HttpStatusCode.BadRequest, "use default, small");
        using var tasks = await service.Client.GetAsync("api/tasks?model=none");
        await RunningService.AssertProblemAsync(tasks, HttpStatusCode.BadRequest, "use default, small");
        Assert.HasCount(3, JsonNode.Parse(await service.Client.GetStringAsync("api/tasks?model=small"))!.AsArray());
    }

    [TestMethod]
    public async Task A_rule_has_its_own_model()
    {
        await using var service = await RunningService.StartAsync(
            Small, "--Service:Dicom:QuietSeconds=0.3", "--Service:Dicom:Rules:0:Modality=CT", "--Service:Dicom:Rules:0:Model=small");
        using var files = new SyntheticDicom();
        await service.SendAsync(files.Write(SyntheticDicom.Slice(1, 1), "1.dcm"));
        Assert.AreEqual("small", (await service.RestoredAsync((await service.ClosedAsync(1)).Single())).Model);
    }

    [TestMethod]
    public async Task A_model_is_replaced_while_jobs_go_on_each_with_one_of_the_two()
    {
        await using var service = await RunningService.StartAsync(Small);
        Export("other.onnx", 4);
        var scan = NiftiSamples.WriteRamp(service["scan.nii"], 64, 64, 40);
        var expected = new Dictionary<string, byte[]>();
        foreach (var name in new[] { "small.onnx", "other.onnx" })
        {
            using var restorer = new OnnxRestorer(_folder[name]);
            restorer.RestoreScan(scan, service[$"{name}.nii"], new() { Task = "CT" });
            expected.Add(restorer.ModelHash!, await File.ReadAllBytesAsync(service[$"{name}.nii"]));
        }

        var (before, after) = (expected.Keys.First(), expected.Keys.Last());
        var jobs = new List<JobView> { await SubmitAsync() };
        while ((await service.GetAsync(jobs[0].Id)).State == JobState.Queued)
        {
            await Task.Delay(20);
        }

        File.Move(_folder["other.onnx"], _folder["small.onnx"], overwrite: true);
        do
        {
            jobs.Add(await SubmitAsync());
        }
        while ((await service.EndOfAsync(jobs[^1].Id)).ModelHash == before);

        foreach (var accepted in jobs)
        {
            var job = await service.GetAsync(accepted.Id);
            Assert.AreEqual((JobState.Succeeded, 1), (job.State, job.Attempts), job.Error);
            Assert.AreSequenceEqual(expected[job.ModelHash!], await service.Client.GetByteArrayAsync($"api/jobs/{job.Id}/result"));
        }

        Assert.AreEqual(after, (await service.GetAsync(jobs[^1].Id)).ModelHash);

        Task<JobView> SubmitAsync() => service.SubmitAsync(scan, ("task", "CT"), ("model", "small"));
    }

    [TestMethod]
    [DataRow("--Service:Dicom:Rules:0:Model=none", "a name of Models")]
    [DataRow("--Service:Dicom:Rules:0:Task=XYZ", "use one of PET, CT, MRI")]
    [DataRow("--Service:Models:default=pretrained", "'default' is that of Model")]
    [DataRow("--Service:Models:none=none.onnx", "none.onnx")]
    [DataRow("--Service:Torch=cpu", "leave it out for .onnx files")]
    [DataRow("--Service:Torch=cuda:first", "cuda:1 for the second")]
    public async Task What_is_wrong_about_models_does_not_start(string setting, string reason) => Assert.Contains(reason,
        (await Assert.ThrowsAsync<Exception>(() => RunningService.StartAsync(Small, setting))).Message);

    [TestMethod]
    public async Task LibTorch_restores_where_the_settings_name_it()
    {
        await using var service = await RunningService.StartAsync("--Service:Torch=cpu", $"--Service:Model={TatPretrained.Name}");
        var scan = NiftiSamples.WriteRamp(service["scan.nii"]);
        var job = await service.EndOfAsync((await service.SubmitAsync(scan, ("task", "CT"))).Id);
        Assert.AreEqual(JobState.Succeeded, job.State, job.Error);
        using var model = TatPretrained.Load();
        var restorer = new Restorer(model);
        restorer.RestoreScan(scan, service["expected.nii"], new() { Task = "CT" });
        Assert.AreEqual(restorer.ModelHash, job.ModelHash);
        Assert.AreSequenceEqual(
            await File.ReadAllBytesAsync(service["expected.nii"]), await service.Client.GetByteArrayAsync($"api/jobs/{job.Id}/result"));
    }

    private void Export(string name, ulong seed)
    {
        using var model = TinyModel.Create(seed);
        OnnxExporter.Export(model, _folder[name], new() { Verify = false });
    }
}
