using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace Tat.MLNet.Formats.Dicom.Model;

/// <summary>Makes unique identifiers of UUIDs (PS3.5, annex B.2).</summary>
internal static class DicomUids
{
    /// <summary>Names the product as the writer of a file.</summary>
    public const string ImplementationClass = "2.25.224183021557230953061437219061457318209";

    public const string ImplementationVersion = "TAT_MLNET";

    /// <summary>A new identifier.</summary>
    public static string Create() => Of(Guid.NewGuid().ToByteArray(bigEndian: true));

    /// <summary>The identifier that replaces another one: always the same for the same key.</summary>
    public static string Replace(string uid, byte[] key)
    {
        var hash = HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(uid))[..16];

        // Marked as a UUID made by its writer's own rule (RFC 9562, section 5.8).
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return Of(hash);
    }

    private static string Of(byte[] uuid) =>
        "2.25." + new BigInteger(uuid, isUnsigned: true, isBigEndian: true).ToString(CultureInfo.InvariantCulture);
}
