using System.Text.Json;
using Tat.Samples.Shell;
using Tat.Tests.Formats;

namespace Tat.Tests.Samples.Bench;

[TestClass]
public sealed class BenchCommandTests
{
    [TestMethod]
    public async Task Many_predictions_on_one_thread_and_on_several_give_the_same()
    {
        var run = await Cli.RunAsync("bench", "soak", "--predictions", "40", "--engines", "4", "--size", "16", "--json");
        run.AssertDone();
        var runs = JsonDocument.Parse(run.Output).RootElement.EnumerateArray().ToArray();
        CollectionAssert.AreEqual(new[] { 1, 4 }, runs.Select(result => result.GetProperty("engines").GetInt32()).ToArray());
        Assert.IsTrue(runs.All(result => result.GetProperty("different").GetInt32() == 0));
    }

    [TestMethod]
    public async Task Small_images_are_measured_beside_a_large_one()
    {
        var run = await Cli.RunAsync(
            "bench", "serve", "--network", "small", "--size", "16", "--large", "512", "--callers", "3", "--images", "2", "--json");
        run.AssertDone();
        var rows = JsonDocument.Parse(run.Output).RootElement.EnumerateArray().ToArray();
        Assert.HasCount(2, rows, run.Output);
        Assert.IsTrue(rows.All(row =>
            row.GetProperty("p95").GetDouble() >= row.GetProperty("median").GetDouble() && row.GetProperty("median").GetDouble() > 0));
        Assert.AreEqual(512, rows[1].GetProperty("large").GetInt32());
    }

    [TestMethod]
    public async Task The_published_program_runs_beside_the_papers_network_only()
    {
        var run = await Cli.RunAsync("bench", "forward", "--network", "small", "--reference", "somewhere");
        run.AssertFailed(ExitCodes.Failed, "--network paper");
    }

    [TestMethod]
    public async Task Training_steps_are_measured_by_part_and_neither_tensors_nor_memory_grow()
    {
        // Beside a large cache .NET collects rarely, and what waits for that would be taken for growth: collect every 4 MB.
        const string budget = "DOTNET_GCgen0size";
        Environment.SetEnvironmentVariable(budget, "400000");
        Cli run;
        try
        {
            run = await Cli.RunAsync("bench", "train", "--network", "small", "--size", "16", "--batch", "2", "--micro-batch", "1",
                "--recompute", "--rounds", "1", "--steps", "30", "--threads", "1", "--json");
        }
        finally
        {
            Environment.SetEnvironmentVariable(budget, null);
        }

        run.AssertDone();
        var rows = JsonDocument.Parse(run.Output).RootElement.EnumerateArray().ToArray();
        Assert.HasCount(4, rows, run.Output);
        Assert.HasCount(1, rows.Skip(1).Select(row => row.GetProperty("firstLoss").GetDouble()).Distinct());
        foreach (var row in rows.Skip(1))
        {
            var (parts, memory) = (row.GetProperty("parts"), row.GetProperty("memory"));
            Assert.IsTrue(new[] { "forward", "loss", "backward", "optimizer" }.All(part => parts.GetProperty(part).GetDouble() > 0));
            Assert.AreEqual(memory.GetProperty("startTensors").GetInt64(), memory.GetProperty("endTensors").GetInt64());
            Assert.IsLessThan(64.0, memory.GetProperty("endMegabytes").GetDouble() - memory.GetProperty("startMegabytes").GetDouble());
        }
    }

    [TestMethod]
    public async Task The_published_program_trains_beside_the_papers_network_only() =>
        (await Cli.RunAsync("bench", "train", "--size", "64", "--reference", "somewhere")).AssertFailed(
            ExitCodes.Failed, "--network paper --size 128");

    [TestMethod]
    public async Task Another_checkout_is_built_and_takes_turns()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["earlier/Tat.Samples"]);
        File.WriteAllText(folder["earlier/Tat.Samples/Tat.Samples.csproj"], $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net{Environment.Version.Major}.0</TargetFramework>
              </PropertyGroup>
            </Project>
            """);
        File.WriteAllText(folder["earlier/Tat.Samples/Program.cs"], """
            System.Console.Write(args[1] == "forward-one" ? "{\"milliseconds\":[7000000],\"peakBytes\":2000000}" : "");
            """);
        var run = await Cli.RunAsync("bench", "forward", "--network", "small", "--sizes", "16", "--volume", "0", "--rounds", "1",
            "--repeat", "1", "--threads", "1", "--against", folder["earlier"], "--json");
        run.AssertDone();
        var row = JsonDocument.Parse(run.Output).RootElement.EnumerateArray()
            .Single(row => row.GetProperty("program").GetString() == "earlier");
        Assert.AreEqual((7e6, 2.0), (row.GetProperty("milliseconds").GetDouble(), row.GetProperty("peakMegabytes").GetDouble()));

        (await Cli.RunAsync("bench", "train", "--against", folder["none"])).AssertFailed(ExitCodes.Failed, "no folder Tat.Samples");
        File.WriteAllText(folder["earlier/Tat.Samples/Program.cs"], "nothing that compiles");
        (await Cli.RunAsync("bench", "forward", "--against", folder["earlier"])).AssertFailed(ExitCodes.Failed, "does not build");
    }

    [TestMethod]
    public async Task Forward_passes_are_measured_against_the_floor()
    {
        var run = await Cli.RunAsync("bench", "forward", "--network", "small", "--sizes", "32", "--volume", "32", "--operators", "--rounds",
            "1", "--repeat", "1", "--threads", "1", "--json");
        run.AssertDone();
        var rows = JsonDocument.Parse(run.Output).RootElement.EnumerateArray().ToArray();
        Assert.HasCount(5, rows.Where(row => !IsOperator(row)), run.Output);
        Assert.HasCount(5, rows.Where(IsOperator), run.Output);
        Assert.IsTrue(rows.All(row => row.GetProperty("milliseconds").GetDouble() > 0));
        Assert.AreEqual(0, rows[2].GetProperty("difference").GetProperty("largest").GetDouble());

        static bool IsOperator(JsonElement row) =>
            row.GetProperty("program").GetString()!.StartsWith("at best: ", StringComparison.Ordinal);
    }

    [TestMethod]
    public async Task Cores_processes_instructions_and_precisions_are_measured_beside_each_other()
    {
        var run = await Cli.RunAsync("bench", "forward", "--network", "small", "--sizes", "32", "--volume", "0", "--scaling", "--processes",
            "2", "--instructions", "avx2", "--precision", "bfloat16", "--batch", "2", "--rounds", "1", "--repeat", "1", "--threads", "2");
        run.AssertDone();
        foreach (var expected in new[] { "2 processes at once", "on one thread", "in bfloat16", "by Amdahl's law, not by measurement, 4 " })
        {
            StringAssert.Contains(run.Output, expected);
        }
    }

    [TestMethod]
    public async Task Back_ends_are_compared_by_operator_and_with_half_precision()
    {
        var run = await Cli.RunAsync(
            "bench", "score", "--network", "small", "--sizes", "32", "--repeat", "1", "--images", "2", "--half", "--operators", "--json");
        run.AssertDone();
        var rows = JsonDocument.Parse(run.Output).RootElement.EnumerateArray().ToDictionary(row => row.GetProperty("backEnd").GetString()!);
        Assert.IsLessThan(1e-5, rows["ONNX Runtime"].GetProperty("difference").GetDouble());
        Assert.IsLessThan(1e-2, rows["ONNX Runtime, half precision"].GetProperty("difference").GetDouble());
        Assert.IsTrue(new[] { "Conv", "Gemm", "the others" }
            .All(kind => rows[$"ONNX Runtime: {kind}"].GetProperty("milliseconds").GetDouble() > 0));
    }

    [TestMethod]
    public async Task Whole_scans_are_restored_from_the_start_of_the_program_on()
    {
        var run = await Cli.RunAsync("bench", "restore", "--sizes", "16", "--slices", "1", "3", "--rounds", "1", "--json");
        run.AssertDone();
        var rows = JsonDocument.Parse(run.Output).RootElement.EnumerateArray().ToArray();
        CollectionAssert.AreEqual(new[] { 1, 1, 3, 3 }, rows.Select(row => row.GetProperty("slices").GetInt32()).ToArray());
        foreach (var row in rows)
        {
            Assert.IsTrue(new[] { "seconds", "processorSeconds", "networkSeconds", "floorSeconds", "peakMegabytes" }
                .All(figure => row.GetProperty(figure).GetDouble() > 0), run.Output);
        }
    }
}
