using System.Diagnostics;
using System.Text.Json;
using Tat.Samples.Shell;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Nifti;

namespace Tat.Tests.Samples;

/// <summary>The program as a process of its own: exit codes, streams and Ctrl-C.</summary>
[TestClass]
public sealed class ProgramTests
{
    [TestMethod]
    public async Task Json_is_alone_on_standard_output_and_errors_are_not_there()
    {
        using var folder = new TemporaryFolder();
        using var process = Start("inspect", "--json", NiftiSamples.WriteRamp(folder["a.nii"]), folder["absent.nii"]);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.AreEqual(1, process.ExitCode);
        Assert.AreEqual(1, JsonDocument.Parse(await output).RootElement.GetArrayLength());
        StringAssert.Contains(await errors, "absent.nii", StringComparison.Ordinal);
    }

    [TestMethod]
    public async Task Wrong_usage_ends_with_2()
    {
        using var process = Start("restore");
        await process.WaitForExitAsync();
        Assert.AreEqual(2, process.ExitCode);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task Ctrl_C_cancels_and_leaves_no_half_written_file()
    {
        using var folder = new TemporaryFolder();
        using var process = Start("simulate", "--phantoms", "100000", "--task", "MRI", "--out", folder["set"]);
        var errors = process.StandardError.ReadToEndAsync();
        while (!Directory.Exists(folder["set/MRI/test/LQ"]))
        {
            await Task.Delay(50);
        }

        using var interrupt = Process.Start("kill", ["-INT", $"{process.Id}"]);
        await process.WaitForExitAsync();
        Assert.AreEqual((1, "cancelled"), (process.ExitCode, (await errors).Trim()));
        Assert.IsTrue(folder.Files.All(file => file.EndsWith(".nii.gz", StringComparison.Ordinal)), string.Join(' ', folder.Files));
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public async Task A_folder_for_temporary_files_that_cannot_be_written_is_named_before_the_work()
    {
        using var folder = new TemporaryFolder();
        await IsNamed("train", "--data", folder["absent"], "--out", folder["m.zip"]);
        await IsNamed("bench", "serve", "--network", "small");

        static async Task IsNamed(params string[] arguments)
        {
            using var process = Start(arguments, ("TMPDIR", "/proc/none"));
            var errors = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            StringAssert.StartsWith(
                await errors, "The folder for temporary files, '/proc/none/', cannot be written", StringComparison.Ordinal);
            Assert.AreEqual(1, process.ExitCode);
        }
    }

    [TestMethod]
    [DataRow("--rate", "train", "--data", "absent", "--rate", "0,001")]
    [DataRow("--dose", "simulate", "--task", "CT", "--phantoms", "1", "--out", "absent", "--dose", "0,25")]
    public async Task A_decimal_comma_is_refused_and_not_taken_for_one_between_thousands(string option, params string[] arguments) =>
        (await Cli.RunAsync(arguments)).AssertFailed(
            ExitCodes.WrongUsage, $"'{arguments[^1]}' is no number for {option}: write it with a point");

    [TestMethod]
    [DataRow("0,5", "restore", "absent", "--strength", "0,5")]
    [DataRow("inf", "restore", "absent", "--strength", "inf")]
    [DataRow("", "restore", "absent", "--strength", "")]
    [DataRow("abc", "restore", "absent", "--memory", "abc")]
    [DataRow("1.5", "calibrate", "absent", "--slices", "1.5")]
    [DataRow("1e3", "evidence", "--phantoms", "1e3")]
    [DataRow("x", "quickstart", "--minutes", "x")]
    [DataRow("-1", "evidence", "absent", "--seed", "-1")]
    public async Task What_is_no_number_is_named_in_one_line(string value, params string[] arguments)
    {
        var run = await Cli.RunAsync(arguments);
        run.AssertFailed(ExitCodes.WrongUsage, $"'{value}' is no number for {arguments[^2]}: write ");
        Assert.HasCount(2, run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries), run.Errors);
    }

    [TestMethod]
    [DataRow("de_DE.UTF-8")]
    [DataRow("tr_TR.UTF-8")]
    [OSCondition(OperatingSystems.Linux)]
    public async Task Numbers_and_names_mean_the_same_in_every_language(string language)
    {
        using var folder = new TemporaryFolder();
        (await Cli.RunAsync("simulate", "--phantoms", "1", "--task", "MRI", "--split", "train", "--factor", "1.5", "--out",
            folder["a"])).AssertDone();
        await Run("simulate", "--phantoms", "1", "--task", "mri", "--split", "train", "--factor", "1.5", "--out", folder["b"]);
        var low = Directory.GetFiles(folder["a/MRI/train/LQ"]).Single();
        CollectionAssert.AreEqual(
            File.ReadAllBytes(low), File.ReadAllBytes(low.Replace(folder["a"], folder["b"], StringComparison.Ordinal)));

        await Run("train", "--data", folder["b"], "--tasks", "mri", "--rate", "0.0001", "--shares", "MRI=1.5", "--patch", "8",
            "--iterations", "1", "--logs", folder["logs"], "--out", folder["m.zip"]);
        StringAssert.Contains(await Run("inspect", folder["m.zip"]), "0.0001", StringComparison.Ordinal);
        Assert.AreEqual("0.0001", File.ReadLines(folder["logs/training.csv"]).Last().Split(',')[3]);
        await Run("evaluate", "--data", folder["b"], "--split", "TRAIN", "--no-model", "--csv", folder["b.csv"]);
        (await Cli.RunAsync("evaluate", "--data", folder["b"], "--split", "train", "--no-model", "--csv", folder["a.csv"])).AssertDone();
        Assert.AreEqual(File.ReadAllText(folder["a.csv"]), File.ReadAllText(folder["b.csv"]));

        async Task<string> Run(params string[] arguments)
        {
            using var process = Start(arguments, ("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "0"), ("LANG", language), ("LC_ALL", language));
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            if ((await errors).Contains("ICU", StringComparison.Ordinal))
            {
                Needs.Missing(Needs.Icu, "the machine has no data on languages.");
            }

            Assert.AreEqual((0, ""), (process.ExitCode, await errors));
            return await output;
        }
    }

    private static Process Start(params string[] arguments) => Start(arguments, []);

    private static Process Start(string[] arguments, params (string Name, string Value)[] environment)
    {
        var program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "Tat.Samples.exe" : "Tat.Samples");
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
