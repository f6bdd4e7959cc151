using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using static TorchSharp.torch;

namespace Tat.Torch.TensorFiles;

/// <summary>Writes tensors in the safetensors format; the same tensors and metadata give the same bytes.</summary>
internal static class SafetensorsWriter
{
    private const int Chunk = 1 << 20;

    /// <summary>Writes a whole file to a stream, which stays open.</summary>
    /// <param name="stream">Need not be seekable.</param>
    /// <param name="tensors">By name; on any device.</param>
    /// <param name="metadata">Free text for the header, or none.</param>
    /// <param name="withChecksum">Whether the header also gets the <see cref="ContentChecksum"/>.</param>
    public static void Write(Stream stream, IEnumerable<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null, bool withChecksum = false)
    {
        // Larger elements first keeps every tensor aligned to its elements.
        var ordered = tensors.OrderByDescending(pair => SafetensorsTypes.Size(pair.Value.dtype))
            .ThenBy(pair => pair.Key, StringComparer.Ordinal).ToArray();
        if (withChecksum)
        {
            metadata ??= new Dictionary<string, string>();
            var checksum = new ContentChecksum(metadata, ordered.Select(pair => (pair.Key, pair.Value.dtype, pair.Value.shape)));
            ForEachChunk(ordered, checksum.Append);
            metadata = new Dictionary<string, string>(metadata) { [ContentChecksum.Key] = checksum.ToString() };
        }

        WriteHeader(stream, ordered, metadata);
        ForEachChunk(ordered, stream.Write);
    }

    private static void ForEachChunk(KeyValuePair<string, Tensor>[] tensors, Action<ReadOnlySpan<byte>> take)
    {
        foreach (var (_, tensor) in tensors)
        {
            using var scope = NewDisposeScope();
            var bytes = tensor.detach().cpu().contiguous().bytes;
            for (var start = 0; start < bytes.Length; start += Chunk)
            {
                take(bytes.Slice(start, Math.Min(Chunk, bytes.Length - start)));
            }
        }
    }

    private static void WriteHeader(Stream stream, KeyValuePair<string, Tensor>[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(SafetensorsHeader.MetadataKey);
                foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            var offset = 0L;
            foreach (var (name, tensor) in tensors)
            {
                var length = tensor.numel() * SafetensorsTypes.Size(tensor.dtype);
                json.WriteStartObject(name);
                json.WriteString("dtype", SafetensorsTypes.Name(tensor.dtype));
                WriteNumbers(json, "shape", tensor.shape);
                WriteNumbers(json, "data_offsets", [offset, offset + length]);
                json.WriteEndObject();
                offset += length;
            }

            json.WriteEndObject();
        }

        // Spaces after the JSON align the data to 8 bytes.
        var padding = (8 - (buffer.WrittenCount % 8)) % 8;
        buffer.GetSpan(padding)[..padding].Fill((byte)' ');
        buffer.Advance(padding);

        Span<byte> prefix = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)buffer.WrittenCount);
        stream.Write(prefix);
        stream.Write(buffer.WrittenSpan);
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, ReadOnlySpan<long> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }
}
