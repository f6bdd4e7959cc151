using System.Buffers.Binary;
using System.Text;

namespace Tat.MLNet.Formats.Nifti;

/// <summary>Header extensions: a chain of (size, code, data), each a multiple of 16 bytes (NIfTI-1 standard, "extended header").</summary>
internal static class NiftiExtensions
{
    /// <summary>The code of plain text.</summary>
    private const int CommentCode = 6;

    /// <summary>Reads the chain, up to its end or to where it stops being one.</summary>
    public static byte[] Read(Stream stream, long limit, bool bigEndian)
    {
        var chain = new MemoryStream();
        var head = new byte[8];
        var buffer = new byte[4096];
        while (chain.Length + 16 <= limit && stream.ReadAtLeast(head, 8, throwOnEndOfStream: false) == 8)
        {
            var size = bigEndian ? BinaryPrimitives.ReadInt32BigEndian(head) : BinaryPrimitives.ReadInt32LittleEndian(head);
            if (size < 16 || size % 16 != 0 || size > limit - chain.Length)
            {
                break;
            }

            var begin = chain.Length;
            chain.Write(head);
            for (var rest = size - 8; rest > 0;)
            {
                var count = stream.Read(buffer, 0, Math.Min(rest, buffer.Length));
                if (count == 0)
                {
                    chain.SetLength(begin);
                    return chain.ToArray();
                }

                chain.Write(buffer, 0, count);
                rest -= count;
            }
        }

        return chain.ToArray();
    }

    /// <summary>Appends a comment to a chain.</summary>
    public static byte[] AppendComment(byte[] chain, string text, bool bigEndian)
    {
        var data = Encoding.UTF8.GetBytes(text);
        var extension = new byte[(8 + data.Length + 15) / 16 * 16];
        if (bigEndian)
        {
            BinaryPrimitives.WriteInt32BigEndian(extension, extension.Length);
            BinaryPrimitives.WriteInt32BigEndian(extension.AsSpan(4), CommentCode);
        }
        else
        {
            BinaryPrimitives.WriteInt32LittleEndian(extension, extension.Length);
            BinaryPrimitives.WriteInt32LittleEndian(extension.AsSpan(4), CommentCode);
        }

        data.CopyTo(extension, 8);
        return [.. chain, .. extension];
    }
}
