using System.Buffers;
using System.Text;

namespace Tat.MLNet.Formats.Dicom.Model;

/// <summary>The specific character set of a data set: decodes its text (PS3.3, section C.12.1.1.2; PS3.5, section 6.1).</summary>
internal sealed class DicomCharacterSet
{
    /// <summary>The default repertoire, ISO 646.</summary>
    public static readonly DicomCharacterSet Default = new(CodeElement.Ascii);

    /// <summary>UTF-8: what is written.</summary>
    public static readonly DicomCharacterSet Utf8 = new(CodeElement.Utf8);

    /// <summary>Text as its bytes, which come out as they went in.</summary>
    public static readonly DicomCharacterSet Bytes = new(CodeElement.Bytes);

    private static readonly SearchValues<char> _undecoded = SearchValues.Create(
        ['\uFFFD', '\u001B', .. Enumerable.Range(0x80, 0x20).Select(code => (char)code), .. Enumerable.Range(0xE000, 0x1900)
            .Select(code => (char)code)]);

    private readonly CodeElement _initial;

    private DicomCharacterSet(CodeElement initial) => _initial = initial;

    /// <summary>The character set of a Specific Character Set element.</summary>
    /// <param name="terms">Its defined terms; names that are not known count as the default repertoire.</param>
    public static DicomCharacterSet Of(IReadOnlyList<string> terms) =>
        terms.Count == 0 || CodeElement.OfTerm(terms[0]) is not { IsMultiByte: false } initial ? Default : new DicomCharacterSet(initial);

    /// <summary>Whether text is what its character set says: no byte that the set does not have, no unknown escape sequence.</summary>
    public bool CanDecode(ReadOnlySpan<byte> bytes, DicomVr vr)
    {
        // Code pages map what they do not have to the replacement character, to controls or to the area for private use.
        return !Decode(bytes, vr).AsSpan().ContainsAny(_undecoded);
    }

    /// <summary>Decodes text; escape sequences are followed even where the element does not announce them.</summary>
    /// <param name="bytes">The value.</param>
    /// <param name="vr">Tells the delimiters at which the initial character set comes back: those of person names also reset at <c>^</c>
    /// and <c>=</c>.</param>
    public string Decode(ReadOnlySpan<byte> bytes, DicomVr vr)
    {
        if (_initial.IsUnicode || bytes.IndexOf((byte)0x1B) < 0)
        {
            return _initial.Decode(bytes);
        }

        var text = new StringBuilder(bytes.Length);
        var (g0, g1) = (CodeElement.Ascii, _initial);
        if (_initial.IsG0)
        {
            (g0, g1) = (_initial, _initial);
        }

        var (initialG0, initialG1) = (g0, g1);
        for (var at = 0; at < bytes.Length;)
        {
            if (bytes[at] == 0x1B && CodeElement.OfEscape(bytes[at..]) is var (escaped, length))
            {
                (g0, g1) = escaped.IsG0 ? (escaped, g1) : (g0, escaped);
                at += length;
                continue;
            }

            if (IsDelimiter(bytes[at], vr) && !(g0.IsMultiByte && bytes[at] >= 0x21))
            {
                (g0, g1) = (initialG0, initialG1);
                text.Append((char)bytes[at++]);
                continue;
            }

            var end = at + 1;
            var high = bytes[at] >= 0x80;
            while (end < bytes.Length && bytes[end] != 0x1B && bytes[end] >= 0x80 == high &&
                !(IsDelimiter(bytes[end], vr) && !(g0.IsMultiByte && bytes[end] >= 0x21)))
            {
                end++;
            }

            text.Append((high ? g1 : g0).Decode(bytes[at..end]));
            at = end;
        }

        return text.ToString();
    }

    /// <summary>Encodes text; what the character set lacks becomes a question mark, and nothing does in UTF-8.</summary>
    public byte[] Encode(string text) => _initial.Encode(text);

    private static bool IsDelimiter(byte value, DicomVr vr) => value is 0x09 or 0x0A or 0x0C or 0x0D ||
        value == (byte)'\\' && vr.HasSeveralValues() ||
        vr == DicomVr.PN && value is (byte)'^' or (byte)'=';
}
