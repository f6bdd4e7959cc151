using System.Text;
using System.Text.RegularExpressions;

namespace Tat.MLNet.Formats.Dicom.Model;

/// <summary>A code element: one of the repertoires that a character set is made of (PS3.3, tables C.12-2 to C.12-5).</summary>
internal sealed partial class CodeElement
{
    private static readonly DecoderReplacementFallback _undecodable = new("\uFFFD");

    public static readonly CodeElement Ascii = new(20127, isG0: true);
    public static readonly CodeElement Utf8 = new(65001) { IsUnicode = true };

    /// <summary>Every byte as the character of its number: for text whose repertoire is not known.</summary>
    public static readonly CodeElement Bytes = new(28591) { IsUnicode = true };

    private static readonly CodeElement _romaji = new(932, isG0: true);
    private static readonly CodeElement _katakana = new(932);
    private static readonly CodeElement _kanji = new(20932, isG0: true) { IsMultiByte = true, Shift = 0x8080 };

    // Code page 20932 keeps the supplementary kanji with the high bit of the first byte only.
    private static readonly CodeElement _supplementaryKanji = new(20932, isG0: true) { IsMultiByte = true, Shift = 0x8000 };
    private static readonly CodeElement _korean = new(51949);
    private static readonly CodeElement _chinese = new(936);

    private static readonly Dictionary<string, CodeElement> _terms = new(StringComparer.OrdinalIgnoreCase)
    {
        [""] = Ascii,
        ["ISO_IR 6"] = Ascii,
        ["ISO_IR 13"] = _katakana,
        ["ISO_IR 87"] = _kanji,
        ["ISO_IR 159"] = _supplementaryKanji,
        ["ISO_IR 149"] = _korean,
        ["ISO_IR 58"] = _chinese,
        ["ISO_IR 192"] = Utf8,
        ["GB18030"] = new(54936) { IsUnicode = true },
        ["GBK"] = new(936) { IsUnicode = true },
        ["UTF8"] = Utf8,
        ["ASCII"] = Ascii,
        ["LATIN1"] = new(28591) { IsUnicode = true },
        ["ISO88591"] = new(28591) { IsUnicode = true },
    };

    private static readonly Dictionary<string, CodeElement> _escapes = new()
    {
        ["(B"] = Ascii,
        ["(J"] = _romaji,
        [")I"] = _katakana,
        ["$B"] = _kanji,
        ["$@"] = _kanji,
        ["$(D"] = _supplementaryKanji,
        ["$)C"] = _korean,
        ["$)A"] = _chinese,
    };

    private readonly int _codePage;
    private readonly Lazy<Encoding> _encoding;

    static CodeElement()
    {
        // ISO 8859 parts: number of the registration, final byte of the escape sequence, code page.
        foreach (var (registration, final, codePage) in new[]
        {
            (100, 'A', 28591), (101, 'B', 28592), (109, 'C', 28593), (110, 'D', 28594), (144, 'L', 28595), (127, 'G', 28596),
            (126, 'F', 28597), (138, 'H', 28598), (148, 'M', 28599), (203, 'b', 28605), (166, 'T', 874),
        })
        {
            var element = new CodeElement(codePage);
            _terms[$"ISO_IR {registration}"] = element;
            _escapes[$"-{final}"] = element;
        }
    }

    private CodeElement(int codePage, bool isG0 = false)
    {
        _codePage = codePage;
        IsG0 = isG0;
        _encoding = new(() => CodePagesEncodingProvider.Instance.GetEncoding(codePage, EncoderFallback.ReplacementFallback, _undecodable)
            ?? Encoding.GetEncoding(codePage, EncoderFallback.ReplacementFallback, _undecodable));
    }

    /// <summary>Whether it takes the bytes below 80 rather than those above.</summary>
    public bool IsG0 { get; }

    /// <summary>Whether two bytes below 80 make a character, so that they must not be taken for delimiters.</summary>
    public bool IsMultiByte { get; private init; }

    /// <summary>Whether it stands alone, without escape sequences (ISO_IR 192, GB18030, GBK).</summary>
    public bool IsUnicode { get; private init; }

    /// <summary>Bits added to each pair of bytes before decoding.</summary>
    private int Shift { get; init; }

    /// <summary>
    /// The repertoire of a defined term, with or without code extensions, however it is punctuated (<c>ISO-IR 144</c>, <c>iso
    /// 2022-ir-87</c>), or of the name that a character set has elsewhere (<c>UTF-8</c>, <c>windows-1252</c>); <see langword="null"/> for
    /// terms that are not known.
    /// </summary>
    public static CodeElement? OfTerm(string term)
    {
        var match = RegistrationNumber().Match(term);
        return _terms.GetValueOrDefault(match.Success
            ? $"ISO_IR {match.Groups[1].Value}"
            : string.Concat(term.Where(char.IsAsciiLetterOrDigit))) ?? OfName(term.Trim().Replace('_', '-').Replace(' ', '-'));
    }

    /// <summary>Those that are not ASCII in their first half cannot be meant.</summary>
    private static CodeElement? OfName(string name) =>
        CodePagesEncodingProvider.Instance.GetEncoding(IsoPart().Replace(name, "iso-8859-$1")) is { } encoding
            && encoding.GetString("A^\\="u8) == "A^\\="
            ? new CodeElement(encoding.CodePage) { IsUnicode = true }
            : null;

    [GeneratedRegex(@"^\s*ISO[-_ ]?(?:2022[-_ ]?)?IR[-_ ]?0*(\d{1,3})\s*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex RegistrationNumber();

    [GeneratedRegex(@"^ISO-?8859-?(\d{1,2})$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex IsoPart();

    /// <summary>
    /// The repertoire that an escape sequence invokes, and the length of the sequence; <see langword="null"/> for others.
    /// </summary>
    public static (CodeElement Element, int Length)? OfEscape(ReadOnlySpan<byte> bytes)
    {
        for (var length = 3; length >= 2; length--)
        {
            if (bytes.Length > length && _escapes.TryGetValue(Encoding.Latin1.GetString(bytes.Slice(1, length)), out var element))
            {
                return (element, length + 1);
            }
        }

        return null;
    }

    public string Decode(ReadOnlySpan<byte> bytes)
    {
        if (Shift == 0)
        {
            // JIS X 0201 has a yen sign and an overline where ASCII has a backslash and a tilde; values are split at either.
            return _encoding.Value.GetString(bytes);
        }

        var shifted = bytes.ToArray();
        for (var i = 0; i + 1 < shifted.Length; i += 2)
        {
            shifted[i] |= (byte)(Shift >> 8);
            shifted[i + 1] |= (byte)Shift;
        }

        return _encoding.Value.GetString(shifted);
    }

    public byte[] Encode(string text) => _encoding.Value.GetBytes(text);

    public override string ToString() => $"code page {_codePage}";
}
