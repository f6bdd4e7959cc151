using Microsoft.ML;
using Tat.MLNet.Formats;
using Tat.MLNet.Scoring;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Dicom;
using Tat.Tests.Formats.Nifti;
using Tat.Tests.Onnx;
using Tat.Tests.Training;
using Tat.Torch.Checkpoints;
using Tat.Torch.Files;
using Tat.Torch.Model;
using Tat.Torch.Onnx;
using Tat.Torch.Tasks;
using Tat.Torch.TensorFiles;
using Tat.Torch.TensorFiles.PyTorch;
using Tat.Torch.Training.Resuming;
using Tat.Torch.Training.Steps;

namespace Tat.Tests.Files;

/// <summary>
/// Damaged files of all formats are read, or refused by the documented exception that names the file, with little memory and time. A
/// million of them run with
/// <c>TAT_MUTANTS=1000000 dotnet test -c Release --filter "FullyQualifiedName~FormatFuzzTests"</c>; <c>TAT_MUTANTS_SEED</c> chooses others.
/// </summary>
[TestClass]
public sealed class FormatFuzzTests
{
    private const int Mutants = 3000;
    private const long AllowedBytes = ReadBudget.Overhead + (32L << 20);

    /// <summary>Reading takes milliseconds. Among other tests, whose time counts too, the limit leaves room for them.</summary>
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(Environment.GetEnvironmentVariable("TAT_MUTANTS") is null ? 20 : 2);

    /// <summary>All parts of a network, and few weights: what can go wrong is in headers and lists of parts.</summary>
    private static readonly TatNetworkOptions _network = ExportedModels.Options with
    {
        Width = 2,
        Blocks = [1, 1, 1, 1],
        Heads = [1, 1, 1, 1],
        RepresentationFeatures = 2,
    };

    public required TestContext TestContext { get; init; }

    [TestMethod]
    public void Damaged_files_of_all_formats_are_read_or_refused_by_the_documented_exception()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Path);
        var samples = Samples(folder).ToArray();
        foreach (var (name, content, open, _) in samples)
        {
            File.WriteAllBytes(folder[$"whole-{name}"], content);
            open(folder[$"whole-{name}"]);
        }

        var random = new Random(TestRun.Number("TAT_MUTANTS_SEED", 20260101));
        var mutator = new Mutator(random);
        var (read, refused) = (new int[samples.Length], new int[samples.Length]);
        for (var i = 0; i < TestRun.Number("TAT_MUTANTS", Mutants); i++)
        {
            var sample = i % samples.Length;
            var (name, content, open, isExpected) = samples[sample];
            var mutant = mutator.Damage(content);
            var path = folder[$"mutant{Path.GetExtension(name)}"];
            File.Delete(path); // a disk takes its time to overwrite a file
            File.WriteAllBytes(path, mutant);
            var (before, clock) = (GC.GetAllocatedBytesForCurrentThread(), Environment.CpuUsage.TotalTime);
            try
            {
                open(path);
                read[sample]++;
            }
            catch (Exception exception) when (isExpected(exception))
            {
                refused[sample]++;
                var message = exception.Message;
                if (!message.Contains("mutant", StringComparison.Ordinal) || message.Length > 1500
                    || MessageText.Printable(message) != message)
                {
                    Assert.Fail($"Mutant {i} of {name}, kept as {Keep(mutant, i, name)}, is answered by: {message}");
                }
            }
            catch (Exception exception)
            {
                Assert.Fail($"Mutant {i} of {name}, kept as {Keep(mutant, i, name)}: {exception}");
            }

            var (taken, time) = (GC.GetAllocatedBytesForCurrentThread() - before, Environment.CpuUsage.TotalTime - clock);
            if (taken > (16L * mutant.Length) + AllowedBytes || time > _longest)
            {
                Assert.Fail(
                    $"Mutant {i} of {name}, kept as {Keep(mutant, i, name)}, of {mutant.Length} bytes took {taken} bytes and {time}.");
            }
        }

        foreach (var (i, (name, content, _, _)) in samples.Index())
        {
            TestContext.WriteLine($"{name} of {content.Length} bytes: {read[i]} mutants were read, {refused[i]} refused");
            Assert.AreNotEqual(0, refused[i], $"No mutant of {name} was refused.");
        }
    }

    /// <summary>A file of each format, how it is read, and how it may be refused.</summary>
    private static IEnumerable<(string Name, byte[] Content, Action<string> Read, Func<Exception, bool> IsExpected)> Samples(
        TemporaryFolder folder)
    {
        static bool IsImageError(Exception exception) => exception is ImageFormatException;
        static bool IsDataError(Exception exception) => exception is InvalidDataException;
        float[] pixels = [.. Enumerable.Range(0, 24).Select(i => (float)i)];
        var array = new MemoryStream();
        NumpyFile.Write(array, pixels, [2, 3, 4]);
        yield return ("a.npy", array.ToArray(), ReadImage, IsImageError);
        yield return ("a.bin", TorchFileWriter.PickleTensor(pixels, [2, 3, 4]), ReadImage, IsImageError);
        yield return ("a.nii", File.ReadAllBytes(NiftiSamples.WriteRamp(folder["a.nii"])), ReadImage, IsImageError);
        yield return ("a.nii.gz", File.ReadAllBytes(NiftiSamples.WriteRamp(folder["a.nii.gz"])), ReadImage, IsImageError);
        using (var files = new SyntheticDicom())
        {
            yield return ("a.dcm", File.ReadAllBytes(files.Write(SyntheticDicom.Slice(1, 0))), ReadImage, IsImageError);
            yield return ("pet.dcm", File.ReadAllBytes(files.Write(SyntheticDicom.Pet())), path => ReadImage(path, PetQuantity.Suv),
                IsImageError);
        }

        yield return ("a.csv",
            "LowQuality,HighQuality,Task,SliceIndex,Patient\na.nii,b.nii,CT,0,\"x, \"\"y\"\"\"\nc.nii,,PET,1,z\n"u8.ToArray(),
            path => new MLContext().ImageRestoration.LoadList(path), IsDataError);

        using var model = ExportedModels.CreateModel(_network);
        WeightsFile.Export(model.Network, folder["w.pth"]);
        yield return ("w.pth", File.ReadAllBytes(folder["w.pth"]), Import, IsDataError);
        WeightsFile.Export(model.Network, folder["w.safetensors"]);
        yield return ("w.safetensors", File.ReadAllBytes(folder["w.safetensors"]), Import, IsDataError);
        model.Save(folder["m.safetensors"]);
        yield return ("m.safetensors", File.ReadAllBytes(folder["m.safetensors"]), Inspect, IsDataError);
        yield return ("old.safetensors", WithoutChecksum(model), path => TatModel.Load(path).Dispose(), IsDataError);
        yield return ("old.onnx", ExportedModels.Export(model), Inspect, IsDataError);
        yield return ("session.onnx", ExportedModels.Export(model), path => new OnnxRestorer(path).Dispose(), IsDataError);
        OnnxExporter.Export(model, folder["m.onnx"], new() { Verify = false });
        yield return ("m.onnx", File.ReadAllBytes(folder["m.onnx"]), Inspect, IsDataError);
        yield return ("c.safetensors", Checkpoint(), path => TrainingCheckpoint.ReadModel(path, null).Dispose(), IsDataError);
        var ml = new MLContext();
        var empty = ml.Data.LoadFromEnumerable(Array.Empty<Row>());
        ml.Model.Save(new TatTransformer(ExportedModels.CreateModel(_network), new PretrainedOptions()), empty.Schema, folder["m.zip"]);
        yield return ("m.zip", File.ReadAllBytes(folder["m.zip"]), Inspect, IsDataError);
    }

    private static void ReadImage(string path) => ReadImage(path, PetQuantity.AsStored);

    private static void ReadImage(string path, PetQuantity pet)
    {
        using var scan = ImageFormats.Open(path, new() { Pet = pet });
        scan.ReadSlice(0);
        scan.ReadSlice(scan.SliceCount - 1);
    }

    private static void Import(string path) => WeightsFile.Import(path).Dispose();

    private static void Inspect(string path) => new MLContext().ImageRestoration.ReadModelInfo(path);

    private static byte[] WithoutChecksum(TatModel model) =>
        Write(model, TatModelFormat.Write(model.Network.Options, model.Tasks, model.Card));

    private static byte[] Checkpoint()
    {
        using var state = new TrainingState(_network, TaskVocabulary.Paper, NoisyWaves.ShortTraining);
        var stream = new MemoryStream();
        TrainingCheckpoint.Write(stream, state, new()
        {
            ProductVersion = "1",
            Counters = state.Counters,
            Iterations = 9,
            Settings = new() { ["network"] = "small" },
            Model = TatModelFormat.Write(_network, TaskVocabulary.Paper, new()),
            SettingsHash = "",
            Seed = 1,
            Lists = [new("CT", 2, 1)],
        });
        return stream.ToArray();
    }

    private static byte[] Write(TatModel model, Dictionary<string, string> description)
    {
        var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, model.Network.named_parameters()
            .Select(pair => KeyValuePair.Create(pair.name, (TorchSharp.torch.Tensor)pair.parameter)), description);
        return stream.ToArray();
    }

    private static string Keep(byte[] mutant, int number, string name)
    {
        var path = Path.Combine(TestRun.Outside, $"tat-mutant-{number}-{name}");
        File.WriteAllBytes(path, mutant);
        return path;
    }

    private sealed class Row
    {
        public float Value { get; set; }
    }
}
