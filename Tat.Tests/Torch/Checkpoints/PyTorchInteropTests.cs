using System.Diagnostics;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Tensors;
using Tat.Tests.Formats;
using Tat.Tests.Model;
using Tat.Tests.Training;
using Tat.Torch.Checkpoints;
using Tat.Torch.Model;
using static TorchSharp.torch;

namespace Tat.Tests.Checkpoints;

/// <summary>
/// PyTorch, where it is installed, reads what we write, and we read what it writes; so does the published program, where TAT_REFERENCE
/// names its folder.
/// </summary>
[TestClass]
public sealed class PyTorchInteropTests
{
    private const string Python = "/usr/bin/python3";

    [TestMethod]
    public void Torch_load_gives_the_weights_that_we_exported()
    {
        Need("import torch");
        using var folder = new TemporaryFolder();
        using var network = new TatNetwork(NoisyWaves.TinyNetwork, 3);
        WeightsFile.Export(network, folder["w.pth"]);
        Run("""
            import sys, torch, pickle
            w = torch.load(sys.argv[1] + '/w.pth')
            assert type(w).__name__ == 'OrderedDict' and all(v.dtype == torch.float32 and v.is_contiguous() for v in w.values())
            torch.save(w, sys.argv[1] + '/zip.pth')
            torch.save(w, sys.argv[1] + '/old.pth', _use_new_zipfile_serialization=False)
            torch.save({'module.' + k: v.double() for k, v in w.items()}, sys.argv[1] + '/module.pth')
            ema = {'online_model.' + k: v * 0 for k, v in w.items()}
            ema.update({'ema_model.' + k: v for k, v in w.items()})
            ema.update(initted=torch.tensor([True]), step=torch.tensor([7]))
            torch.save(ema, sys.argv[1] + '/ema.pth')
            optimizer = {'state': {0: {'step': 1, 'exp_avg': [torch.zeros(2)]}}, 'param_groups': [{'betas': (0.9, 0.99)}]}
            checkpoint = {'epoch': 3, 'lr': 2e-4, 'name': None, 'ok': True, 'params_ema': w, 'optimizer': optimizer}
            torch.save(checkpoint, sys.argv[1] + '/checkpoint.pth')
            torch.save({k: torch.nn.Parameter(v) for k, v in w.items()}, sys.argv[1] + '/parameters.pth')
            """, folder.Path);
        foreach (var name in new[] { "zip", "old", "module", "ema", "checkpoint", "parameters" })
        {
            using var model = WeightsFile.Import(folder[$"{name}.pth"], new() { TrainSize = 16 });
            foreach (var (expected, actual) in network.named_parameters().Zip(model.Network.named_parameters()))
            {
                Assert.IsTrue(expected.parameter.bytes.SequenceEqual(actual.parameter.bytes), $"{name}: {expected.name}");
            }
        }
    }

    [TestMethod]
    public void A_pickle_that_runs_code_is_refused_and_runs_nothing()
    {
        Need("import torch");
        using var folder = new TemporaryFolder();
        Run("""
            import sys, os, torch, pickle
            class Evil:
                def __reduce__(self): return (os.system, ('touch ' + sys.argv[1] + '/pwned',))
            torch.save({'patch_embed.proj.weight': Evil()}, sys.argv[1] + '/evil.pth')
            torch.save({'patch_embed.proj.weight': Evil()}, sys.argv[1] + '/evil_old.pth', _use_new_zipfile_serialization=False)
            pickle.dump(Evil(), open(sys.argv[1] + '/evil.bin', 'wb'))
            """, folder.Path);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => WeightsFile.Import(folder["evil.pth"])).Message,
            "'posix.system'");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => WeightsFile.Import(folder["evil_old.pth"])).Message,
            "'posix.system'");
        StringAssert.Contains(Assert.ThrowsExactly<ImageFormatException>(() => ImageFormats.Open(folder["evil.bin"])).Message,
            "'posix.system'");
        Assert.IsFalse(File.Exists(folder["pwned"]));
    }

    [TestMethod]
    public void Pickled_patches_and_arrays_are_read_and_written()
    {
        Need("import torch, numpy");
        using var folder = new TemporaryFolder();
        Run("""
            import sys, torch, pickle, numpy
            t = torch.arange(24.).view(1, 4, 6) / 7
            for p in (2, 3, 4, 5): pickle.dump(t, open(sys.argv[1] + f'/p{p}.bin', 'wb'), protocol=p)
            pickle.dump(t.double(), open(sys.argv[1] + '/double.bin', 'wb'))
            pickle.dump(torch.cat([t, t + 1], 2)[:, :, :6], open(sys.argv[1] + '/strided.bin', 'wb'))
            torch.save(t, sys.argv[1] + '/saved.bin', _use_new_zipfile_serialization=False)
            n = t.numpy()
            numpy.save(sys.argv[1] + '/a.npy', n)
            numpy.save(sys.argv[1] + '/fortran.npy', numpy.asfortranarray(n))
            numpy.save(sys.argv[1] + '/big.npy', n.astype('>f8'))
            """, folder.Path);
        float[] expected = [.. Enumerable.Range(0, 24).Select(i => i / 7f)];
        foreach (var file in folder.Files)
        {
            using var scan = ImageFormats.Open(folder[file]);
            Assert.AreEqual((4, 6, 1), (scan.Rows, scan.Columns, scan.SliceCount), file);
            CollectionAssert.AreEqual(expected, scan.ReadSlice(0).Pixels, file);
        }

        using var source = ImageFormats.Open(folder["p4.bin"]);
        new TensorFormat().WriteDerived(source, folder["out.bin"], [source.ReadSlice(0)]);
        new TensorFormat().WriteDerived(source, folder["out.npy"], [source.ReadSlice(0)]);
        Run("""
            import sys, torch, pickle, numpy
            t = torch.arange(24.).view(1, 4, 6) / 7
            assert torch.equal(pickle.load(open(sys.argv[1] + '/out.bin', 'rb')), t)
            assert numpy.array_equal(numpy.load(sys.argv[1] + '/out.npy'), t.numpy())
            """, folder.Path);
    }

    [TestMethod]
    public void The_published_program_loads_our_weights_strictly_and_computes_the_same()
    {
        Need("import torch");
        if (Environment.GetEnvironmentVariable("TAT_REFERENCE") is not { Length: > 0 } reference)
        {
            Needs.Missing(Needs.Reference, "TAT_REFERENCE does not name a folder with the published program.");
            return;
        }

        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var network = new TatNetwork(TatNetworkOptions.Paper, 5);
        WeightsFile.Export(network, folder["ours.pth"]);
        Run("""
            import sys, types, torch
            try: import einops
            except ImportError: # not packaged everywhere: the four patterns of the program
                def rearrange(x, pattern, head=None, h=None, w=None):
                    if pattern == 'b c h w -> b (h w) c': return x.flatten(2).transpose(1, 2)
                    if pattern == 'b (h w) c -> b c h w': return x.transpose(1, 2).reshape(x.shape[0], x.shape[2], h, w)
                    if pattern == 'b (head c) h w -> b head c (h w)': return x.reshape(x.shape[0], head, x.shape[1] // head, -1)
                    assert pattern == 'b head c (h w) -> b (head c) h w', pattern
                    return x.reshape(x.shape[0], -1, h, w)
                sys.modules['einops'] = types.ModuleType('einops')
                sys.modules['einops'].rearrange = rearrange
            sys.path.insert(0, sys.argv[2])
            from model.TAT import TAT
            torch.manual_seed(1)
            net = TAT()
            print(net.load_state_dict(torch.load(sys.argv[1] + '/ours.pth'), strict=True))
            x = torch.rand(1, 1, 128, 128)
            with torch.no_grad(): y = net(x)
            for p in net.parameters(): p.data.mul_(0.9)
            torch.save(net.state_dict(), sys.argv[1] + '/theirs.pth')
            with torch.no_grad(): z = net(x)
            torch.save({'x': x, 'y': y, 'z': z}, sys.argv[1] + '/images.pt')
            """, folder.Path, reference);
        using var images = new Torch.TensorFiles.PyTorch.TorchFile(folder["images.pt"]);
        var image = ((Torch.TensorFiles.PyTorch.PickleDictionary)images.Value!).Items.ToDictionary(
            item => (string)item.Key!, item => tensor(((Torch.TensorFiles.PyTorch.StoredTensor)item.Value!).ToArray(), [1, 1, 128, 128]));
        using var theirs = WeightsFile.Import(folder["theirs.pth"]);
        Assert.AreEqual(TatNetworkOptions.Paper, theirs.Network.Options);
        using var noGrad = no_grad();
        GoldenVectors.AssertClose(image["y"], network.call(image["x"]), 1e-4, "our weights");
        GoldenVectors.AssertClose(image["z"], theirs.Network.call(image["x"]), 1e-4, "their weights");
    }

    private static void Need(string imports)
    {
        if (!File.Exists(Python) || Start("-c", imports).ExitCode != 0)
        {
            Needs.Missing(Needs.Python, $"{Python} cannot '{imports}'.");
        }
    }

    private static void Run(string script, params string[] arguments)
    {
        var (exitCode, output) = Start(["-c", script, .. arguments]);
        Assert.AreEqual(0, exitCode, output);
    }

    private static (int ExitCode, string Output) Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Python, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["OMP_NUM_THREADS"] = "1";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, $"{output}{error.Result}");
    }
}
