using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;
using Tat.MLNet;
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

    /// <summary>Touches the catalog, loads rows and reads what a model is, and tells whether LibTorch was loaded for it.</summary>
    public static string InspectWithoutTorch()
    {
        var path = Environment.GetEnvironmentVariable(Variable)!;
        var ml = new MLContext();
        var info = ml.ImageRestoration.ReadModelInfo(path);
        var rows = ml.Data.LoadFromBinary(path + ".rows");
        var tagged = ml.ImageRestoration.TagTask().Fit(rows).Transform(rows).GetColumn<string>("Task").Count();
        var metrics = ml.ImageRestoration.Evaluate(rows, "LowQuality", "LowQuality");
        var native = OperatingSystem.IsLinux() && File.ReadLines("/proc/self/maps").Any(line => line.Contains("torch", StringComparison.OrdinalIgnoreCase) && line.Contains(".so"));
        return $"{info.Card.Data}, {info.Network.Width}, {info.Tasks.Count}, {tagged}, {metrics.Overall.IdenticalImages}, {(native ? "torch" : "nothing native")}";
    }

    /// <summary>Predicts many times through one engine and through several at once, and counts the tensors that are alive before and after.</summary>
    public static string Soak()
    {
        var ml = new MLContext();
        var model = ml.Model.Load(Environment.GetEnvironmentVariable(Variable)!, out _);
        ImageInput Image(int index) => new(new([.. Enumerable.Range(0, 16 * 16).Select(pixel => 5 + (4 * MathF.Sin((pixel * 0.2f) + index)))], 16, 16), "PET");
        var expected = Enumerable.Range(0, 4).Select(Image).Select(image => Predict(1, _ => image)[0]).ToArray();
        var alive = Tensor.TotalCount;

        var equal = Same(Predict(200, Image));
        Parallel.For(0, 8, _ => equal &= Same(Predict(25, Image)));
        return $"{Tensor.TotalCount - alive} tensors more, results {(equal ? "equal" : "different")}";

        float[][] Predict(int count, Func<int, ImageInput> image)
        {
            using var engine = ml.Model.CreatePredictionEngine<ImageInput, RestoredImage>(model, new PredictionEngineOptions { OwnsTransformer = false });
            return [.. Enumerable.Range(0, count).Select(index => engine.Predict(image(index % 4)).Restored)];
        }

        bool Same(float[][] restored) => restored.Select((image, index) => image.SequenceEqual(expected[index % 4])).All(same => same);
    }

    /// <summary>The bits of all restored images.</summary>
    public static string Digest(IDataView view)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var image in view.GetColumn<float[]>("Restored"))
        {
            hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(image.AsSpan()));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
