using Microsoft.ML;
using Tat.Tests.Onnx;
using Tat.Torch.Pretrained;
using Tat.Torch.Runtime;
using Tat.Torch.Runtime.Loading;

namespace Tat.Tests.Runtime;

/// <summary>LibTorch loads on a first start wherever that starts, or says why not.</summary>
[TestClass]
public sealed class LibTorchTests
{
    private string _folder = "";

    [TestInitialize]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("tat-runtime-").FullName;

    [TestCleanup]
    public void RemoveFolder()
    {
        FreshProcess.Shell("find", _folder, "-type", "d", "-exec", "chmod", "u+w", "{}", "+");
        Directory.Delete(_folder, recursive: true);
    }

    [TestMethod]
    public async Task Touching_a_type_of_the_library_loads_nothing_native()
    {
        Assert.AreEqual("MRI and nothing native", (await FreshProcess.Run("touch")).Output);
    }

    [TestMethod]
    public async Task An_application_without_LibTorch_restores_with_an_exported_model()
    {
        string model = Path.Combine(_folder, "model.onnx");
        using (var source = ExportedModels.CreateModel())
        {
            await File.WriteAllBytesAsync(model, ExportedModels.Export(source));
        }
        string app = FreshProcess.CopyProgram(Path.Combine(_folder, "app"));
        string[] patterns = ["libtorch*", "libc10*", "libgomp*", LibTorchFiles.WrapperName];
        Array.ForEach([.. patterns.SelectMany(pattern => Directory.GetFiles(app, pattern))], File.Delete);

        var outcome = await FreshProcess.Run([Path.Combine(app, "Tat.Tests")], "onnx", (LoadingProbes.ModelVariable, model));

        Assert.AreEqual("20x24 and nothing of LibTorch", outcome.Output, outcome.Error);
    }

    [TestMethod]
    public async Task A_first_start_in_a_fresh_home_computes()
    {
        Computes(await FreshProcess.Run("add", ("HOME", _folder), ("XDG_CACHE_HOME", null)));
    }

    [TestMethod]
    public async Task A_program_that_enters_through_MLNet_computes()
    {
        Computes(await FreshProcess.Run("add after catalog", ("XDG_CACHE_HOME", _folder)));
    }

    [TestMethod]
    public async Task A_plug_in_in_its_own_load_context_computes()
    {
        Computes(await FreshProcess.Run("plug-in", ("XDG_CACHE_HOME", _folder)));
    }

    [TestMethod]
    public async Task A_plug_in_whose_context_throws_is_told_what_to_change()
    {
        var outcome = await FreshProcess.Run("throwing plug-in", ("XDG_CACHE_HOME", _folder));
        if (outcome.ExitCode == 0)
        {
            Needs.Missing(Needs.OldRuntime, "The installed file loads as it is on this system.");
        }
        Assert.Contains(nameof(LibTorchUnavailableException), outcome.Error);
        Assert.Contains("let its LoadUnmanagedDll return 0 where loading fails", outcome.Error);
    }

    [TestMethod]
    public async Task Nothing_that_another_user_could_exchange_is_written_or_loaded()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "elsewhere"));
        Directory.CreateSymbolicLink(Path.Combine(_folder, ".cache"), Path.Combine(_folder, "elsewhere"));
        var outcomes = await Task.WhenAll(
            Enumerable.Range(0, 2).Select(_ => FreshProcess.Run("add", ("HOME", _folder), ("XDG_CACHE_HOME", null))));
        Array.ForEach(outcomes, Computes);
        Assert.IsEmpty(Directory.GetFiles(_folder, "*", SearchOption.AllDirectories));
        Assert.IsEmpty(outcomes.Where(outcome => outcome.Output.Contains(_folder, StringComparison.Ordinal)));
    }

    [TestMethod]
    public void Bytes_that_are_no_library_are_tried_in_memory_and_in_a_private_file()
    {
        if (!OperatingSystem.IsLinux())
        {
            Needs.Missing(Needs.Linux, "Copies are corrected on Linux.");
        }

        var tried = new List<string>();
        Assert.AreEqual(0, CorrectedCopy.Load([1, 2, 3], tried));
        Assert.HasCount(2, tried);
    }

    [TestMethod]
    public async Task A_home_that_cannot_be_made_is_no_hindrance()
    {
        Computes(await FreshProcess.Run("add", ("HOME", "/proc/none"), ("XDG_CACHE_HOME", null)));
    }

    [TestMethod]
    public async Task No_home_in_the_environment_is_no_hindrance()
    {
        Computes(await FreshProcess.Run("add", ("HOME", null), ("XDG_CACHE_HOME", null)));
    }

    /// <summary>Runs as a user without rights to the folder, because nothing is read-only for root.</summary>
    [TestMethod]
    public async Task An_application_folder_that_cannot_be_written_is_no_hindrance()
    {
        string app = FreshProcess.CopyProgram(Path.Combine(_folder, "app"));
        FreshProcess.Shell("find", _folder, "-type", "d", "-exec", "chmod", "a-w,a+rx", "{}", "+");
        string[] command = [Path.Combine(app, "Tat.Tests")];
        if (Environment.UserName == "root")
        {
            command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", .. command];
        }
        var before = Directory.GetFiles(app, "*", SearchOption.AllDirectories);

        Computes(await FreshProcess.Run(
            command, "add", ("HOME", "/nonexistent"), ("XDG_CACHE_HOME", null), ("TMPDIR", TestRun.Outside)));

        CollectionAssert.AreEquivalent(before, Directory.GetFiles(app, "*", SearchOption.AllDirectories));
    }

    [TestMethod]
    public async Task The_installed_file_is_not_touched()
    {
        string installed = Path.Combine(AppContext.BaseDirectory, LibTorchFiles.WrapperName);
        var before = (File.GetLastWriteTimeUtc(installed), new FileInfo(installed).Length);
        Computes(await FreshProcess.Run("add", ("XDG_CACHE_HOME", _folder)));
        Assert.AreEqual(before, (File.GetLastWriteTimeUtc(installed), new FileInfo(installed).Length));
    }

    [TestMethod]
    public async Task Native_files_in_different_folders_are_found()
    {
        string app = FreshProcess.CopyProgram(Path.Combine(_folder, "app"));
        string native = Directory.CreateDirectory(Path.Combine(app, "runtimes", LibTorchFiles.PackageRid, "native")).FullName;
        File.Move(Path.Combine(app, LibTorchFiles.WrapperName), Path.Combine(native, LibTorchFiles.WrapperName));

        Computes(await FreshProcess.Run([Path.Combine(app, "Tat.Tests")], "add", ("HOME", _folder)));
    }

    [TestMethod]
    [DataRow("libtorch_cpu.so", "NuGet package TorchSharp-cpu")]
    [DataRow("libc10.so", "libtorch-cpu-")]
    [DataRow("libLibTorchSharp.so", "NuGet package TorchSharp-cpu")]
    public async Task A_missing_file_is_named_once_with_what_to_install(string file, string advice)
    {
        string app = FreshProcess.CopyProgram(Path.Combine(_folder, "app"));
        File.Delete(Path.Combine(app, file));
        foreach (string probe in new[] { "add", "ensure" })
        {
            var outcome = await FreshProcess.Run([Path.Combine(app, "Tat.Tests")], probe, ("HOME", _folder));
            Assert.AreEqual(1, outcome.ExitCode, outcome.Output);
            Assert.Contains(nameof(LibTorchUnavailableException), outcome.Error);
            Assert.Contains($"cannot be loaded for {System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier}", outcome.Error);
            Assert.Contains(file, outcome.Error);
            Assert.Contains(advice, outcome.Error);
            Assert.AreEqual("", outcome.Output, "TorchSharp's own trace is not printed");
            Assert.IsFalse(Directory.Exists(Path.Combine(app, "cpu")), "half a gigabyte is not copied");
        }
    }

    [TestMethod]
    public async Task However_the_library_is_entered_first_one_exception_tells_that_LibTorch_is_missing()
    {
        string app = FreshProcess.CopyProgram(Path.Combine(_folder, "app"));
        string[] program = [Path.Combine(app, "Tat.Tests")];
        string model = Path.Combine(_folder, "tat.zip");
        var ml = new MLContext();
        using (var pretrained = ml.ImageRestoration.LoadPretrained())
        {
            ml.Model.Save(pretrained, null, model);
        }

        Assert.AreEqual("entered", (await FreshProcess.Run(program, "enter", (EntryProbes.EntryVariable, "network"))).Output,
            "the copy runs as long as it is whole");
        File.Delete(Path.Combine(app, LibTorchFiles.WrapperName));
        foreach (var entry in EntryProbes.Entries.Keys)
        {
            var outcome = await FreshProcess.Run(
                program, "enter", ("HOME", _folder), (EntryProbes.EntryVariable, entry), (EntryProbes.ModelVariable, model));
            Assert.AreEqual("caught", outcome.Output, $"{entry}: {outcome.Error}");
        }

        Assert.AreEqual(TatPretrained.Card.Title,
            (await FreshProcess.Run(program, "load", ("HOME", _folder), (EntryProbes.ModelVariable, model))).Output);
    }

    [TestMethod]
    [DataRow("/lib/x86_64-linux-gnu/libstdc++.so.6: version `GLIBCXX_3.4.30' not found (required by /app/libLibTorchSharp.so)",
        "needs GLIBCXX_3.4.30 and the installed libstdc++.so.6", "GCC 12")]
    [DataRow("/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found (required by /app/libLibTorchSharp.so)",
        "needs GLIBC_2.34 and the installed libc.so.6", "Debian 12")]
    [DataRow("libstdc++.so.6: cannot open shared object file: No such file or directory", "needs libstdc++.so.6, which is missing",
        "system package libstdc++6")]
    [DataRow("/app/libLibTorchSharp.so: file too short", "file too short", "restore")]
    public void The_words_of_the_system_loader_become_advice(string message, string missing, string advice)
    {
        if (!OperatingSystem.IsLinux())
        {
            Needs.Missing(Needs.Linux, "These are the words of Linux.");
        }
        var (what, todo) = LibTorchLoader.Diagnose("/app/libLibTorchSharp.so", message);
        Assert.Contains(missing, what);
        Assert.Contains(advice, todo);
    }

    private static void Computes(FreshProcess.Outcome outcome)
    {
        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        Assert.StartsWith("2 with ", outcome.Output);
    }
}
