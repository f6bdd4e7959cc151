using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Microsoft.ML;
using Tat.Torch.Model;
using Tat.Torch.Pretrained;

namespace Tat.Samples.Shared;

/// <summary>What <c>inspect</c> tells of a model.</summary>
internal sealed record ModelFacts(
    string Path, long Bytes, string Sha256, TatNetworkOptions Network, long Parameters, IReadOnlyList<ModelTask> Tasks, ModelCard Card)
{
    /// <summary>The network in a line: the preset that it is, and what it is made of.</summary>
    [JsonIgnore]
    public string Architecture => string.Create(CultureInfo.InvariantCulture,
        $"{Preset.NameOf(Network) ?? "own"}: width {Network.Width}, blocks {string.Join(" ", Network.Blocks)} and "
        + $"{Network.RefinementBlocks} to refine, heads {string.Join(" ", Network.Heads)}, trained on patches of {Network.TrainSize} pixels"
        + $"{(Network.WeightGeneration ? "" : ", without weight generation")}");

    public static ModelFacts Of(string path)
    {
        // The card alone is read, not the weights.
        var catalog = new MLContext().ImageRestoration;
        var info = TatPretrained.IsMeantBy(path) ? catalog.ReadModelInfo() : catalog.ReadModelInfo(path);
        using var file = ModelFiles.OpenFile(path);
        var hash = Convert.ToHexStringLower(SHA256.HashData(file));
        return new(path, file.Length, hash, info.Network, info.Network.ParameterCount, [.. info.Tasks.Select(ModelTask.Of)], info.Card);
    }
}
