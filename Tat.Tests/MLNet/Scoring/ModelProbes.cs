using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using Tat.MLNet;
using Tat.MLNet.Serving;
using Tat.Torch.Pretrained;
using static TorchSharp.torch;

namespace Tat.Tests.Scoring;

/// <summary>What a fresh process does with a saved model: ML.NET alone, without a call of this library before it loads.</summary>
internal static class ModelProbes
{
    public const string Variable = "TAT_TESTS_MODEL";

    /// <summary>Loads the model and restores the rows beside it.</summary>
    public static string LoadAndRestore()
    {
        var path = Environment.GetEnvironmentVariable(Variable)!;
        var ml = new MLContext();
        var model = ml.Model.Load(path, out _);
        return Digest(model.Transform(ml.Data.LoadFromBinary(path + ".rows")));
    }

    /// <summary>
    /// Does so where JSON has no reflection by default, as in trimmed programs, and reads the bundled model for both back-ends.
    /// </summary>
    public static string LoadAndRestoreWithoutReflection()
    {
        AppContext.SetSwitch("System.Text.Json.JsonSerializer.IsReflectionEnabledByDefault", false);
        Assert.Throws<InvalidOperationException>(() => JsonSerializer.Serialize(new { Number = 1 }));
        using var restorer = TatPretrained.OpenOnnx();
        using var model = TatPretrained.Load();
        Assert.AreEqual(restorer.Card.Title, model.Card.Title);
        Assert.HasCount(3, new MLContext().ImageRestoration.ReadModelInfo(Environment.GetEnvironmentVariable(Variable)!).Tasks);
        return LoadAndRestore();
    }

    /// <summary>Touches the catalog, loads rows and reads what a model is, and tells whether LibTorch was loaded for it.</summary>
    public static string InspectWithoutTorch()
    {
        var path = Environment.GetEnvironmentVariable(Variable)!;
        var ml = new MLContext();
        var info = ml.ImageRestoration.ReadModelInfo(path);
        var rows = ml.Data.LoadFromBinary(path + ".rows");
        var tagged = ml.ImageRestoration.TagTask().Fit(rows).Transform(rows).GetColumn<string>("Task").Count();
        var metrics = ml.ImageRestoration.Evaluate(rows, "LowQuality", "LowQuality");
        var native = OperatingSystem.IsLinux() && File.ReadLines("/proc/self/maps")
            .Any(line => line.Contains("torch", StringComparison.OrdinalIgnoreCase) && line.Contains(".so"));
        return $"{info.Card.Data}, {info.Network.Width}, {info.Tasks.Count}, {tagged}, {metrics.Overall.IdenticalImages}, "
            + $"{(native ? "torch" : "nothing native")}";
    }

    /// <summary>Opens the model as a server does, and tells what appears among the temporary files meanwhile.</summary>
    public static string Serve()
    {
        var names = new ConcurrentQueue<string?>();
        using (var watcher = new FileSystemWatcher(Path.GetTempPath()) { EnableRaisingEvents = true })
        {
            watcher.Created += (_, file) => names.Enqueue(file.Name);
            new RestorationPool(new() { ModelPath = Environment.GetEnvironmentVariable(Variable)! }).Dispose();

            // Events come in order, each in its time.
            File.WriteAllText(Path.Combine(Path.GetTempPath(), "end"), "");
            SpinWait.SpinUntil(() => names.Contains("end"));
        }

        return string.Join(' ', names);
    }

    /// <summary>
    /// Predicts many times through one engine and through a pool of them, and counts the tensors that are alive before and after.
    /// </summary>
    public static string Soak()
    {
        var ml = new MLContext();
        var path = Environment.GetEnvironmentVariable(Variable)!;
        using var engine = ml.Model.CreatePredictionEngine<ImageInput, RestoredImage>(ml.Model.Load(path, out _));
        using var pool = new RestorationPool(new() { ModelPath = path, MaximumConcurrency = 8 });
        var images = Enumerable.Range(0, 4)
            .Select(index => new ImageInput(new(
                [.. Enumerable.Range(0, 16 * 16).Select(pixel => 5 + (4 * MathF.Sin((pixel * 0.2f) + index)))], 16, 16), "PET")).ToArray();
        var expected = images.Select(image => engine.Predict(image).Restored).ToArray();
        _ = pool.Restore(images[0]);
        var alive = Tensor.TotalCount;

        var equal = Enumerable.Range(0, 120).All(index => engine.Predict(images[index % 4]).Restored.SequenceEqual(expected[index % 4]));
        var together = Task.WhenAll(Enumerable.Range(0, 80).Select(index => pool.RestoreAsync(images[index % 4]))).GetAwaiter().GetResult();
        equal &= together.Select((image, index) => image.Restored.SequenceEqual(expected[index % 4])).All(same => same);
        return $"{Tensor.TotalCount - alive} tensors more, results {(equal ? "equal" : "different")}";
    }

    /// <summary>The bits of all restored images.</summary>
    public static string Digest(IDataView view) => Digest(view.GetColumn<float[]>("Restored"));

    /// <summary>The bits of all images.</summary>
    public static string Digest(IEnumerable<float[]> images)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var image in images)
        {
            hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(image.AsSpan()));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
