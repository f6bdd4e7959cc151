using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Nifti;
using Tat.Samples.Service.Jobs;
using Tat.Samples.Service.Viewing;
using Tat.Samples.Shell;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Dicom;
using Tat.Tests.Formats.Nifti;
using Tat.Tests.Samples;
using Tat.Tests.Scoring;
using Tat.Torch.Onnx;
using Tat.Torch.Resolution;

namespace Tat.Tests.Service;

/// <summary>What may be chosen beside task and model: each as <c>restore</c> has it.</summary>
[TestClass]
public sealed class ChoicesTests
{
    [TestMethod]
    public async Task Whatever_is_chosen_comes_back_as_restore_writes_it_under_a_name_of_its_own()
    {
        await using var service = await RunningService.StartAsync();
        var scan = NiftiSamples.WriteNoise(service["scan.nii.gz"]);
        (string Options, (string, string)[] Fields)[] choices =
        [
            ("", []),
            ("--factor 2", [("factor", "2")]),
            ("--factor 1x2 --strength 0.5 --local-means", [("factor", "1x2"), ("strength", "5e-1"), ("localMeans", "true")]),
            ("--factor 2 --ensemble", [("factor", "2x2"), ("ensemble", "True")]),
            ("--uncertainty --factor 1.5", [("uncertainty", "true"), ("factor", "1.5"), ("localMeans", "false")]),
        ];
        var (results, scans) = (new List<string>(), new HashSet<string>());
        foreach (var (options, fields) in choices)
        {
            var job = await service.EndOfAsync((await service.SubmitAsync(scan, [("task", "MRI"), .. fields])).Id);
            Assert.AreEqual((JobState.Succeeded, 1.0), (job.State, job.Progress), job.Error);
            var (folder, expected) = (service[$"service{options}"], service[$"restore{options}"]);
            var restored = await Cli.RunAsync(["restore", scan, "--model", service.Model, "--task", "MRI", "--out", expected,
                .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
            Assert.AreEqual(ExitCodes.Done, restored.ExitCode, restored.Errors);
            await DownloadAsync(service, job, folder);
            Assert.AreSequenceEqual(Contents(expected), Contents(folder), options);
            Assert.AreSequenceEqual(Contents(expected).Select(file => file.Name), job.Results.Select(file => file.Name).Order());
            results.Add((await service.Get<JobStore>().FindAsync(job.Id))!.Result!);
            scans.Add(Contents(folder)[0].Bytes);
            if (options == "--factor 2")
            {
                using var finer = ImageFormats.Open(Path.Combine(folder, "scan.nii.gz"));
                Assert.AreEqual((48, 40, 1.0, 0.75), (finer.Rows, finer.Columns, finer.RowSpacing, finer.ColumnSpacing));
                Assert.AreEqual(("2x2", null, null), (job.Factor, job.Ensemble, job.Uncertainty));
            }
        }

        Assert.HasCount(choices.Length, results.Distinct());
        Assert.HasCount(choices.Length, scans);

        // What is not chosen does not change the name, by which results of earlier versions are known.
        var plain = (await service.Client.GetFromJsonAsync<JobPage>("api/jobs", RunningService.Json))!.Items[^1];
        var content = (await service.Get<JobStore>().FindAsync(plain.Id))!.Content;
        Assert.AreEqual(ContentHash.Of(content, plain.ModelHash, "MRI", 1.0), results[0]);
    }

    [TestMethod]
    public async Task A_request_that_is_sent_again_must_choose_the_same()
    {
        await using var service = await RunningService.StartAsync();
        var scan = await File.ReadAllBytesAsync(NiftiSamples.WriteNoise(service["scan.nii"]));
        async Task<HttpResponseMessage> Send(string factor)
        {
            using var request = RunningService.Request([("scan.nii", scan)], ("task", "MRI"), ("factor", factor));
            request.Headers.Add("Idempotency-Key", "one");
            return await service.Client.SendAsync(request);
        }

        var first = await RunningService.AcceptedAsync(await Send("2"));
        Assert.AreEqual(first.Id, (await RunningService.AcceptedAsync(await Send("2x2"))).Id);
        await RunningService.AssertProblemAsync(await Send(""), HttpStatusCode.UnprocessableEntity, "Idempotency-Key");
    }

    [TestMethod]
    public async Task What_cannot_be_granted_is_refused_with_the_field_and_the_range()
    {
        using var folder = new TemporaryFolder();
        using (var model = TinyModel.Create(3))
        {
            OnnxExporter.Export(model, folder["tiny.onnx"], new() { Verify = false });
        }

        await using var service = await RunningService.StartAsync($"--Service:Models:tiny={folder["tiny.onnx"]}");
        foreach (var (fields, wrong, reason) in new[]
        {
            ("task=MRI factor=much", "factor", "such as 2"),
            ("task=MRI factor=0.5", "factor", "at least 1"),
            ("task=MRI factor=5", "factor", "use 1 to 4"),
            ("task=MRI factor=1x4.5", "factor", "use 1 to 4"),
            ("factor=5", "factor", "use 1 to 4"),
            ("task=CT factor=2", "factor", "the task CT does not restore resolution"),
            ("task=CT ensemble=on", "ensemble", "true or false"),
            ("task=CT strength=half", "strength", "0 to 1"),
            ("task=CT strength=1.5", "strength", "0 to 1"),
            ("task=CT uncertainty=true strength=0.5", "uncertainty", "leave out local means and strength"),
            ("task=CT uncertainty=true localMeans=true", "uncertainty", "leave out local means and strength"),
            ("task=CT uncertainty=true model=tiny", "uncertainty", "not calibrated for the task CT"),
            ("task=none", "task", "none"),
            ("model=none", "model", "use default, tiny"),
            ("priority=now", "priority", "batch or urgent"),
            ("task=MRI factor=2 Factor=3", "Factor", "comes twice"),
            ("task=MRI foctor=2", "foctor", "There is no field 'foctor'; use model, task"),
        })
        {
            using var response = await service.PostAsync(
                [("scan.nii", [1])], [.. fields.Split(' ').Select(field => (field.Split('=')[0], field.Split('=')[1]))]);
            await RunningService.AssertProblemAsync(response, HttpStatusCode.BadRequest, reason);
            var errors = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["errors"]!.AsObject();
            Assert.AreEqual(wrong, errors.Single().Key, fields);
            Assert.Contains(reason, $"{errors[wrong]![0]}");
        }

        Assert.IsEmpty(Directory.GetDirectories(Path.Combine(service.Data, "uploads")));
    }

    [TestMethod]
    public async Task What_only_the_scan_tells_fails_the_job_with_the_range()
    {
        await using var service = await RunningService.StartAsync();
        using var files = new SyntheticDicom();
        var slice = files.Write(SyntheticDicom.Slice(1, 0), "ct.dcm");
        var ct = await service.EndOfAsync((await service.SubmitAsync(slice, ("factor", "2"))).Id);
        Assert.AreEqual((JobState.Failed, 1), (ct.State, ct.Attempts));
        Assert.Contains("does not restore resolution", ct.Error!);

        using (var noise = ImageFormats.Open(NiftiSamples.WriteNoise(service["noise.nii"])))
        {
            new NiftiFormat().Write(service["scan.nii"], [KSpace.Interpolate(noise.ReadSlice(0), 48, 40)], 1, 1, 1);
        }

        var mri = await service.EndOfAsync((await service.SubmitAsync(service["scan.nii"], ("task", "MRI"), ("factor", "4"))).Id);
        Assert.AreEqual((JobState.Failed, 1), (mri.State, mri.Attempts));
        Assert.Contains("choose a factor from 1 to 2", mri.Error!);

        var bytes = await File.ReadAllBytesAsync(service["noise.nii"]);
        using var twins = RunningService.Request([("a/x.nii", bytes), ("a/x_margin.nii", bytes)], ("task", "MRI"), ("uncertainty", "true"));
        var job = await service.EndOfAsync((await RunningService.AcceptedAsync(await service.Client.SendAsync(twins))).Id);
        Assert.AreEqual((JobState.Failed, 1), (job.State, job.Attempts));
        Assert.Contains("would both be called 'x_margin.nii'", job.Error!);
    }

    [TestMethod]
    public async Task A_path_and_a_series_that_was_kept_take_the_same_choices()
    {
        using var archive = new TemporaryFolder();
        NiftiSamples.WriteNoise(archive["scan.nii"]);
        await using var service = await RunningService.StartAsync(
            $"--Service:Roots:0={archive.Path}", "--Service:Dicom:QuietSeconds=0.3");
        using var accepted = await service.Client.PostAsJsonAsync("api/jobs", new
        {
            path = archive["scan.nii"],
            task = "MRI",
            strength = (double?)null,
            factor = 2,
            localMeans = true,
            ensemble = (bool?)null,
        });
        using var twice = await service.Client.PostAsync("api/jobs", new StringContent(
            $$"""{ "path": "{{archive["scan.nii"]}}", "task": "MRI", "factor": 2, "Factor": 3 }""", null, "application/json"));
        await RunningService.AssertProblemAsync(twice, HttpStatusCode.BadRequest, "each once");
        var job = await service.EndOfAsync((await RunningService.AcceptedAsync(accepted)).Id);
        Assert.AreEqual((JobState.Succeeded, 1.0, "2x2", true), (job.State, job.Strength, job.Factor, job.LocalMeans), job.Error);

        using var files = new SyntheticDicom();
        await service.SendAsync(files.Write(SyntheticDicom.Slice(1, 0)));
        var kept = (await service.ClosedAsync(1)).Single();
        using var wrong = await service.Client.PostAsJsonAsync($"api/series/{kept.Id}/restore", new { task = "CT", factor = "2" });
        await RunningService.AssertProblemAsync(wrong, HttpStatusCode.BadRequest, "does not restore resolution");
        using var chosen = await service.Client.PostAsJsonAsync($"api/series/{kept.Id}/restore", new { uncertainty = true });
        var restored = await service.EndOfAsync((await RunningService.AcceptedAsync(chosen)).Id);
        Assert.AreEqual((JobState.Succeeded, true), (restored.State, restored.Uncertainty), restored.Error);
        Assert.HasCount(2, restored.Results);
    }

    [TestMethod]
    public async Task A_reference_of_the_finer_grid_is_compared_with_and_another_is_not()
    {
        await using var service = await RunningService.StartAsync();
        var scan = NiftiSamples.WriteNoise(service["scan.nii"]);
        var finer = NiftiSamples.WriteNoise(service["finer.nii"], 48, 40);
        foreach (var (reference, isComparable) in new[] { (finer, true), (scan, false) })
        {
            using var request = RunningService.Request(
                [("scan.nii", await File.ReadAllBytesAsync(scan))], ("task", "MRI"), ("factor", "2"));
            ((MultipartFormDataContent)request.Content!).Add(
                new ByteArrayContent(await File.ReadAllBytesAsync(reference)), "reference", "reference.nii");
            using var accepted = await service.Client.SendAsync(request);
            var job = await service.EndOfAsync((await RunningService.AcceptedAsync(accepted)).Id);
            var image = (await service.Client.GetFromJsonAsync<ImageView>($"api/jobs/{job.Id}/images/0", RunningService.Json))!;
            Assert.AreEqual((isComparable, false), (image.HasReference, image.HasMargins));
            Assert.Contains("finer grid of the result", image.Remark!);
            Assert.AreEqual(!isComparable, image.Remark!.Contains("another size", StringComparison.Ordinal));
            using var scores = await service.Client.GetAsync($"api/jobs/{job.Id}/images/0/slices/0/metrics");
            Assert.AreEqual(isComparable ? HttpStatusCode.OK : HttpStatusCode.NotFound, scores.StatusCode);
            using var margins = await service.Client.GetAsync($"api/jobs/{job.Id}/images/0/slices/0?side=margin");
            await RunningService.AssertProblemAsync(margins, HttpStatusCode.NotFound, "no margins");
        }
    }

    [TestMethod]
    public async Task The_interface_describes_every_choice()
    {
        await using var service = await RunningService.StartAsync();
        var schemas = JsonNode.Parse(await service.Client.GetStringAsync("openapi/v1.json"))!["components"]!["schemas"]!;
        foreach (var schema in new[] { "PathRequest", "SeriesRequest", "JobView" })
        {
            foreach (var choice in new[] { "model", "task", "strength", "factor", "ensemble", "localMeans", "uncertainty" })
            {
                Assert.IsGreaterThan(10, $"{schemas[schema]!["properties"]![choice]!["description"]}".Length, $"{schema} {choice}");
            }
        }
    }

    /// <summary>Writes the files of a result into a folder.</summary>
    internal static async Task DownloadAsync(RunningService service, JobView job, string folder)
    {
        Directory.CreateDirectory(folder);
        var result = await service.Client.GetByteArrayAsync($"api/jobs/{job.Id}/result");
        if (job.Results is [var only])
        {
            await File.WriteAllBytesAsync(Path.Combine(folder, only.Name), result);
            return;
        }

        using var zip = new ZipArchive(new MemoryStream(result));
        zip.ExtractToDirectory(folder);
    }

    private static (string Name, string Bytes)[] Contents(string folder) =>
    [
        .. Directory.GetFiles(folder).Order(StringComparer.Ordinal)
            .Select(file => (Path.GetFileName(file), Convert.ToHexString(File.ReadAllBytes(file)))),
    ];
}
