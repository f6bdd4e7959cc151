using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;

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
