using Google.Protobuf;
using Tat.Torch.Model;
using Tat.Torch.Onnx.Schema;
using Tat.Torch.Tasks;

namespace Tat.Torch.Onnx;

/// <summary>What an exported model says of itself: its signature, and what a <see cref="TatModel"/> says of itself.</summary>
internal sealed record OnnxMetadata(OnnxSignature Signature, TatNetworkOptions Network, TaskVocabulary Tasks, ModelCard Card)
{
    /// <summary>Writes the entries into a model.</summary>
    public void Write(ModelProto model)
    {
        foreach (var (key, value) in TatModelFormat.Write(Network, Tasks, Card)
            .Append(new(TatModelFormat.SignatureKey, Signature.ToString())))
        {
            model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        }
    }

    /// <summary>Reads the entries of a file and passes over its graph and weights.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="source">What to call the file in messages.</param>
    /// <exception cref="InvalidDataException">It is damaged, or not an exported TAT.</exception>
    public static OnnxMetadata Read(Stream stream, string source)
    {
        const uint metadata = (ModelProto.MetadataPropsFieldNumber << 3) | (uint)WireFormat.WireType.LengthDelimited;
        var entries = new Dictionary<string, string>();
        try
        {
            using var input = new CodedInputStream(stream, leaveOpen: true);
            for (var tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
            {
                if (tag == metadata)
                {
                    var entry = new StringStringEntryProto();
                    input.ReadMessage(entry);
                    entries[entry.Key] = entry.Value;
                }
                else
                {
                    input.SkipLastField();
                }
            }
        }
        catch (InvalidProtocolBufferException problem)
        {
            throw new InvalidDataException($"{source} is not an ONNX model, or damaged: {problem.Message}", problem);
        }

        return Read(entries, source);
    }

    /// <summary>Reads the entries of a model.</summary>
    /// <param name="entries">The model's metadata.</param>
    /// <param name="source">What to call the model in messages.</param>
    /// <exception cref="InvalidDataException">They are missing or damaged.</exception>
    public static OnnxMetadata Read(IReadOnlyDictionary<string, string> entries, string source)
    {
        if (!entries.TryGetValue(TatModelFormat.SignatureKey, out var text) || !Enum.TryParse<OnnxSignature>(text, out var signature)
            || !Enum.IsDefined(signature))
        {
            throw new InvalidDataException($"{source} is an ONNX model of another kind: its metadata has no valid entry "
                + $"'{TatModelFormat.SignatureKey}'; export a trained TAT model to ONNX and use that file.");
        }

        var (network, tasks, card) = TatModelFormat.Read(entries, source);
        return new(signature, network, tasks, card);
    }
}
