using Tat.Torch.Model;
using Tat.Torch.Onnx.Schema;
using Tat.Torch.Tasks;

namespace Tat.Torch.Onnx;

/// <summary>What an exported model says of itself: its signature, and what a <see cref="TatModel"/> says of itself.</summary>
internal sealed record OnnxMetadata(OnnxSignature Signature, TaskVocabulary Tasks, ModelCard Card)
{
    private const string SignatureKey = "tat.signature";

    /// <summary>Writes the entries into a model.</summary>
    public void Write(ModelProto model, TatNetworkOptions network)
    {
        foreach (var (key, value) in TatModelFormat.Write(network, Tasks, Card).Append(new(SignatureKey, Signature.ToString())))
        {
            model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        }
    }

    /// <summary>Reads the entries of a model.</summary>
    /// <param name="entries">The model's metadata.</param>
    /// <param name="source">What to call the model in messages.</param>
    /// <exception cref="InvalidDataException">They are missing or damaged.</exception>
    public static OnnxMetadata Read(IReadOnlyDictionary<string, string> entries, string source)
    {
        if (!entries.TryGetValue(SignatureKey, out var text) || !Enum.TryParse<OnnxSignature>(text, out var signature) || !Enum.IsDefined(signature))
        {
            throw new InvalidDataException($"{source} is an ONNX model of another kind: its metadata has no valid entry '{SignatureKey}'; export a trained TAT model to ONNX and use that file.");
        }

        try
        {
            var (_, tasks, card) = TatModelFormat.Read(entries);
            return new(signature, tasks, card);
        }
        catch (InvalidDataException problem)
        {
            throw new InvalidDataException($"{source} cannot be used: {problem.Message}", problem);
        }
    }
}
