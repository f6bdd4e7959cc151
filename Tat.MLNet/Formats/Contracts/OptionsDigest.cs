using System.Security.Cryptography;
using System.Text;

namespace Tat.MLNet.Formats.Contracts;

/// <summary>
/// With which options a result was made, as results themselves record it: a digest, by which those of other options are told apart.
/// </summary>
internal static class OptionsDigest
{
    /// <summary>What it is called among the parameters of a result.</summary>
    public const string Name = "options";

    /// <summary>As many digits as a NIfTI-2 header has room for.</summary>
    private const int Length = 14;

    /// <summary>The digest of options, which are given in an order of their own.</summary>
    public static string Of(IEnumerable<object?> options)
    {
        var text = string.Join('\n', options.Select(option => FormattableString.Invariant($"{option}").Replace('\n', ' ')));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..Length];
    }

    /// <summary>The digest in a field of a header; <see langword="null"/> where that holds none.</summary>
    public static string? Parse(string? field) => field?.TrimEnd('\0') is { Length: Length } digest && digest.All(char.IsAsciiHexDigitLower)
        ? digest
        : null;
}
