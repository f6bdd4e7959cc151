using System.IO.Hashing;
using System.Text;
using Google.Protobuf;
using Tat.Torch.Onnx.Schema;
using Tat.Torch.TensorFiles;

namespace Tat.Torch.Onnx;

/// <summary>The checksum of an exported file: its last entry of metadata holds an XXH3-128 of all bytes before that entry.</summary>
internal static class OnnxChecksum
{
    /// <summary>The format counts in 32 bits, so that no model is longer.</summary>
    private const long MostBytes = int.MaxValue;
    private const int Chunk = 1 << 16;
    private static readonly int _length = Entry(new XxHash128()).Length;
    private static readonly byte[] _key = Encoding.ASCII.GetBytes(ContentChecksum.Key);

    /// <summary>Appends the checksum to a file that ends with its metadata.</summary>
    /// <param name="file">At any position; ends behind the checksum.</param>
    public static void Append(Stream file)
    {
        file.Position = 0;
        var hash = new XxHash128();
        hash.Append(file);
        file.Write(Entry(hash));
    }

    /// <summary>Checks a file against the checksum at its end; a file that was exported before there were checksums has none.</summary>
    /// <param name="file">From the present position to its end; need not be seekable.</param>
    /// <param name="source">What to call it in messages.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or was changed after its export, or is too long for a
    /// model.</exception>
    public static void Verify(Stream file, string source)
    {
        if (file.CanSeek && file.Length > MostBytes)
        {
            throw new InvalidDataException(
                $"{source} has {file.Length >> 20} MB, and an ONNX model at most {MostBytes >> 20}; export the model again.");
        }

        var hash = new XxHash128();
        var buffer = new byte[_length + Chunk];
        var kept = 0;
        var isNamed = false;
        for (var read = file.Read(buffer); read > 0; read = file.Read(buffer, kept, Chunk))
        {
            var done = Math.Max(0, kept + read - _length);
            isNamed |= buffer.AsSpan(0, kept + read).IndexOf(_key) >= 0;
            hash.Append(buffer.AsSpan(0, done));
            buffer.AsSpan(done, kept + read - done).CopyTo(buffer);
            kept += read - done;
        }

        // Wherever a checksum is named there must be one at the end: not behind a damaged tag, and nothing after it.
        if (isNamed && !buffer.AsSpan(0, kept).SequenceEqual(Entry(hash)))
        {
            throw new InvalidDataException($"{source} is damaged, or was changed after its export: its checksum does not match its "
                + "content. Copy it again, or export the model again.");
        }
    }

    private static byte[] Entry(XxHash128 hash) => new ModelProto
    {
        MetadataProps = { new StringStringEntryProto { Key = ContentChecksum.Key, Value = ContentChecksum.Format(hash) } },
    }.ToByteArray();
}
