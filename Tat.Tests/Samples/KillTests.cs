using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Providers.BuiltIn;
using Tat.Samples.Shared;
using Tat.Samples.Shared.Training;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Dicom;
using Tat.Tests.Formats.Nifti;
using Tat.Torch.Model;
using Tat.Torch.Phantoms;
using Tat.Torch.Tasks;

namespace Tat.Tests.Samples;

/// <summary>
/// Kills and signals commands at random moments while they replace the result of one source by that of another, by turns: under its name is
/// always the one or the other. As often as one likes with <c>TAT_KILLS=200 dotnet test -c Release --filter "FullyQualifiedName~Kill"</c>,
/// which kills trainings, too.
/// </summary>
[TestClass]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
public sealed class KillTests : IDisposable
{
    private static readonly string[] _signals = ["-KILL", "-KILL", "-TERM", "-INT"];
    private readonly TemporaryFolder _folder = new();
    private readonly Random _random = new(Environment.TickCount);

    /// <summary>How often to kill each command.</summary>
    public static int Kills { get; } = TestRun.Number("TAT_KILLS", 2);

    public TestContext TestContext { get; set; } = null!;

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task A_restored_file_is_the_old_one_or_the_new_one()
    {
        var model = WriteModel("model", 1);
        string[] sources = [NiftiSamples.WriteRamp(_folder["a.nii"], 40, 48, 12), NiftiSamples.WriteRamp(_folder["b.nii"], 64, 56, 9)];
        await Storm(sources.Select(source => Restore(source, model, "r.nii.gz")), () => HashOf("r.nii.gz"));
    }

    [TestMethod]
    public async Task A_restored_pair_is_the_old_one_or_the_new_one_or_has_no_header()
    {
        var model = WriteModel("model", 1);
        string[] sources = [NiftiSamples.WriteRamp(_folder["a.nii"], 40, 48, 12), NiftiSamples.WriteRamp(_folder["b.nii"], 64, 56, 9)];
        await Storm(sources.Select(source => Restore(source, model, "r.hdr")),
            () => File.Exists(_folder["out/r.hdr"]) ? HashOf("r.hdr", "r.img") : null, mayBeAbsent: true);
    }

    [TestMethod]
    public async Task A_restored_series_is_the_old_one_or_the_new_one()
    {
        var model = WriteModel("model", 1);
        using var a = new SyntheticDicom();
        using var b = new SyntheticDicom();
        foreach (var (files, count) in new[] { (a, 20), (b, 11) })
        {
            for (var i = 1; i <= count; i++)
            {
                files.Write(SyntheticDicom.Slice(i, i, $"1.2.3.{count}"), $"series/{i}.dcm");
            }
        }

        var provider = new BuiltInProvider();
        await Storm(new[] { a, b }.Select(files => Restore(Path.Combine(files.Folder, "series"), model, "")), () =>
        {
            string[] files = Directory.GetFiles(_folder["out/series"]);
            var series = files.Select(file => provider.Read(file).DataSet.GetString(Tags.SeriesInstanceUid)).Distinct().Count();
            return $"{files.Length} files of {series} series";
        });
    }

    [TestMethod]
    [DataRow("m.onnx")]
    [DataRow("m.pth")]
    public async Task An_export_is_the_old_one_or_the_new_one(string output) => await Storm(
        new[] { WriteModel("a", 1), WriteModel("b", 2) }.Select(model =>
            (string[])["export", "--model", model, "--out", _folder[$"out/{output}"], "--overwrite"]), () => HashOf(output));

    [TestMethod]
    public async Task An_import_is_the_old_one_or_the_new_one() => await Storm(
        new[] { WriteModel("a", 1), WriteModel("b", 2) }.Select(model =>
            (string[])["import", model, "--out", _folder["out/m.safetensors"], "--overwrite"]), () => HashOf("m.safetensors"));

    [TestMethod]
    public async Task A_simulated_pair_is_the_old_one_or_the_new_one_or_absent()
    {
        string[] sources =
        [
            SimulateCommandTests.WriteDisc(_folder["a/scan.nii"], 100), SimulateCommandTests.WriteDisc(_folder["b/scan.nii"], 300),
        ];
        string[] pair = ["CT/test/LQ/scan.nii.gz", "CT/test/HQ/scan.nii.gz"];
        await Storm(
            sources.Select(source => (string[])["simulate", source, "--task", "CT", "--out", _folder["out"], "--overwrite"]),
            () => pair.All(file => File.Exists(_folder[$"out/{file}"])) ? HashOf(pair) : null, mayBeAbsent: true);
    }

    [TestMethod]
    public async Task A_trained_model_and_its_options_are_the_old_ones_or_the_new_ones()
    {
        PhantomDataSet.Write(_folder["set"], [new PhantomPairs(RestorationTask.Ct, 2, 16, 1)], [("train", 2)],
            new Progress<(double, string)>(), default);
        var (file, plan) = (_folder["out/m.safetensors"], _folder["out/m.training.json"]);
        await Storm(
            new[]
            {
                "1", "2",
            }.Select(seed =>
                (string[])[
                    "train", "--data", _folder["set"], "--patch", "8", "--iterations", "1", "--seed", seed, "--checkpoints", _folder[seed],
                    "--out", file, "--overwrite",
                ]),
            () =>
            {
                if (!File.Exists(file) || !File.Exists(plan))
                {
                    return null;
                }

                using var model = TatModel.Load(file);
                return $"{model.Card.Training["Seed"]} {TrainingPlan.Read(plan).Training.Seed}";
            },
            mayBeAbsent: true);
    }

    private string[] Restore(string source, string model, string output) =>
        ["restore", source, "--model", model, "--task", "CT", "--out", _folder[$"out/{output}"], "--overwrite"];

    /// <summary>Runs both commands in peace, then kills them by turns, then lets the first one end.</summary>
    private async Task Storm(IEnumerable<string[]> commands, Func<string?> stateOf, bool mayBeAbsent = false)
    {
        string[][] both = [.. commands];
        var peace = new List<string?>();
        var clock = Stopwatch.StartNew();
        foreach (var command in both)
        {
            await RunToEnd(command);
            peace.Add(stateOf());
        }

        var longest = (int)clock.ElapsedMilliseconds;
        Assert.AreNotEqual(peace[0], peace[1]);
        var (seen, atWork) = (new Dictionary<string, int>(), 0);
        for (var kill = 0; kill < Kills; kill++)
        {
            atWork += await KillOne(both[kill % 2], longest) ? 1 : 0;
            var state = stateOf();
            Assert.IsTrue(state is null ? mayBeAbsent : peace.Contains(state),
                $"after kill {kill}: {state ?? "nothing"}, neither of {string.Join(" and ", peace)}");
            var name = state is null ? "absent" : state == peace[0] ? "first" : "second";
            seen[name] = seen.GetValueOrDefault(name) + 1;
        }

        await RunToEnd(both[0]);
        Assert.AreEqual(peace[0], stateOf());
        Assert.IsEmpty(Directory.GetDirectories(_folder["out"], ".*", SearchOption.AllDirectories),
            "what the killed ones have left is gone");
        TestContext.WriteLine($"{Kills} kills, {atWork} of them while the result was being written; then there was: "
            + $"{string.Join(", ", seen.Select(pair => $"{pair.Key} {pair.Value}"))}");
    }

    private static async Task RunToEnd(string[] command)
    {
        using var process = Start(command);
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.AreEqual(0, process.ExitCode, await errors);
    }

    /// <summary>Kills a command at any moment, or soon after it has begun to write.</summary>
    /// <returns>Whether it had begun, and was not at its end.</returns>
    private async Task<bool> KillOne(string[] command, int longest)
    {
        using var begun = new FileSystemWatcher(_folder["out"]) { IncludeSubdirectories = true, EnableRaisingEvents = true };
        var hidden = new TaskCompletionSource();
        begun.Created += (_, entry) => hidden.TrySetResult();
        using var process = Start(command);
        var ends = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (_random.Next(4) == 0)
        {
            await Task.Delay(_random.Next(longest));
        }
        else
        {
            await Task.WhenAny(hidden.Task, ends);
            await Task.Delay(_random.Next(_random.Next(2) == 0 ? 10 : 300));
        }

        var isAtWork = hidden.Task.IsCompleted && !process.HasExited;
        using (var signal = Process.Start(
            "kill", [_signals[_random.Next(_signals.Length)], process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await signal.WaitForExitAsync();
        }

        await ends;
        await process.WaitForExitAsync();
        return isAtWork;
    }

    private static Process Start(string[] arguments) =>
        Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Tat.Samples"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    private string HashOf(params string[] files) =>
        string.Join(' ', files.Select(file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(_folder[$"out/{file}"])))));

    private string WriteModel(string name, ulong seed)
    {
        var options = TatNetworkOptions.Small with { Width = 8, Blocks = [1, 1, 1, 1], RepresentationFeatures = 4, TrainSize = 32 };
        using var model = new TatModel(new TatNetwork(options, seed: seed), TaskVocabulary.Paper, new ModelCard { Data = "nothing" });
        model.Save(_folder[$"{name}.safetensors"]);
        return _folder[$"{name}.safetensors"];
    }
}
