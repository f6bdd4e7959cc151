using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Tat.Tests.Runtime;

/// <summary>Runs a named probe in a new process of this test program: what only a first start shows.</summary>
internal static class FreshProcess
{
    private const string Variable = "TAT_TESTS_PROBE";

    /// <summary>
    /// What the new process can be asked to do; it prints the returned text. It runs in the module initialiser, which code of this assembly
    /// on another thread would wait for.
    /// </summary>
    private static readonly Dictionary<string, Func<string>> _probes = new()
    {
        ["add"] = LoadingProbes.Add,
        ["add after catalog"] = LoadingProbes.AddAfterCatalog,
        ["touch"] = LoadingProbes.TouchWithoutTorch,
        ["plug-in"] = PluginProbe.AddWhereFailuresAreLeftToOthers,
        ["throwing plug-in"] = PluginProbe.EnsureLoadedWhereFailuresThrow,
        ["onnx"] = LoadingProbes.RestoreWithOnnx,
        ["ensure"] = LoadingProbes.EnsureLoaded,
        ["enter"] = EntryProbes.Enter,
        ["load"] = EntryProbes.LoadModel,
        ["restore"] = Scoring.ModelProbes.LoadAndRestore,
        ["restore without reflection"] = Scoring.ModelProbes.LoadAndRestoreWithoutReflection,
        ["predict"] = Scoring.TatOnnxTransformerTests.Predict,
        ["inspect"] = Scoring.ModelProbes.InspectWithoutTorch,
        ["serve"] = Scoring.ModelProbes.Serve,
        ["soak"] = Scoring.ModelProbes.Soak,
        ["tune"] = MemoryProbe.Tune,
        ["wait"] = OpenMpTests.TellWaiting,
        ["train"] = Training.TrainingProbe.Train,
        ["count"] = Training.TrainingProbe.Count,
        ["catalog"] = ModelIO.BridgeCheckTests.TouchCatalog,
        ["format"] = Formats.RegisteredFormatTests.OpenWithOwnFormat,
        ["provider"] = Formats.RegisteredFormatTests.OpenWithOtherProvider,
        ["engine"] = Model.EngineTests.Restore,
    };

    public sealed record Outcome(int ExitCode, string Output, string Error);

    public static string Program { get; } = Path.Combine(
        AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "Tat.Tests.exe" : "Tat.Tests");

    /// <summary>Starts the probe; an environment value of null removes the variable.</summary>
    public static Task<Outcome> Run(string probe, params (string Name, string? Value)[] environment) => Run([Program], probe, environment);

    /// <summary>Starts the probe through another command line that ends in the test program of some folder.</summary>
    public static async Task<Outcome> Run(string[] command, string probe, params (string Name, string? Value)[] environment)
    {
        using var process = Start(command, probe, environment);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new Outcome(process.ExitCode, (await output).Trim(), (await error).Trim());
    }

    /// <summary>Starts the probe and leaves the process to the caller.</summary>
    public static Process Start(string[] command, string probe, params (string Name, string? Value)[] environment)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var (name, value) in environment.Append((Variable, probe)))
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Copies the running program by hard links, so that half a gigabyte is not written.</summary>
    /// <returns>The folder.</returns>
    public static string CopyProgram(string folder)
    {
        Directory.CreateDirectory(folder);
        var content = Path.Combine(AppContext.BaseDirectory, ".");
        // Systems may forbid links to files of other users.
        if (!OperatingSystem.IsLinux()
            || (Shell("cp", "-al", content, folder) != 0 && Shell("cp", "-a", "--remove-destination", content, folder) != 0))
        {
            Needs.Missing(Needs.Linux, "the program cannot be copied with cp.");
        }

        return folder;
    }

    internal static int Shell(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }

    [ModuleInitializer]
    internal static void RunProbe()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } probe)
        {
            return;
        }
        Environment.SetEnvironmentVariable(Variable, null);
        try
        {
            Console.WriteLine(_probes[probe]());
            Environment.Exit(0);
        }
        catch (Exception e)
        {
            Console.Error.WriteLine(e);
            Environment.Exit(1);
        }
    }
}
