using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Tat.MLNet.Formats.Dicom.Model;

/// <summary>Reading and setting values.</summary>
internal sealed partial class DicomDataSet
{
    private const int LongestText = 4 << 20;
    private static readonly char[] _padding = [' ', '\0'];

    /// <summary>The values of an element as text without its padding; none where it is absent or empty.</summary>
    /// <exception cref="DicomDataException">It is longer than any text.</exception>
    public string[] GetStrings(DicomTag tag) => GetStrings(Find(tag));

    private string[] GetStrings(DicomElement? element)
    {
        if (element is not { Items: null, Value.Length: > 0 })
        {
            return [];
        }

        if (element.Value.Length > LongestText)
        {
            throw new DicomDataException($"{Tags.Name(element.Tag)} has {element.Value.Length} bytes of text; the header is damaged.");
        }

        if (element.Vr is not DicomVr.UN && !element.Vr.IsText())
        {
            return (GetNumbers(element) ?? []).Select(number => number.ToString(CultureInfo.InvariantCulture)).ToArray();
        }

        var text = element.Vr.UsesCharacterSet()
            ? CharacterSet.Decode(element.Value, element.Vr)
            : Encoding.Latin1.GetString(element.Value);
        var values = element.Vr.HasSeveralValues() ? text.Split('\\') : [text];
        for (var i = 0; i < values.Length; i++)
        {
            // Component groups of a name that are empty may stand there as bare delimiters (PS3.5, section 6.2.1).
            values[i] = element.Vr == DicomVr.PN ? values[i].Trim(_padding).TrimEnd('=')
                : element.Vr is DicomVr.LT or DicomVr.ST or DicomVr.UT ? values[i].TrimEnd(_padding) : values[i].Trim(_padding);
        }

        return values is [""] ? [] : values;
    }

    /// <summary>The first value as text; <see langword="null"/> where there is none.</summary>
    public string? GetString(DicomTag tag) => GetStrings(tag) is [{ Length: > 0 } first, ..] ? first : null;

    /// <summary>The values as numbers; none where the element is absent or empty.</summary>
    /// <exception cref="DicomDataException">A value is not a number.</exception>
    public double[] GetDoubles(DicomTag tag) =>
        TryGetDoubles(tag) ?? throw new DicomDataException($"{Tags.Name(tag)} is not a number; the header is damaged.");

    /// <summary>The values as numbers; <see langword="null"/> where one is none, for elements that pixels do not need.</summary>
    public double[]? TryGetDoubles(DicomTag tag)
    {
        if (Find(tag) is not { Items: null, Value.Length: > 0 } element)
        {
            return [];
        }

        if (!element.Vr.IsText() && element.Vr != DicomVr.UN)
        {
            return GetNumbers(element);
        }

        var texts = GetStrings(tag);
        var numbers = new double[texts.Length];
        for (var i = 0; i < texts.Length; i++)
        {
            if (!double.TryParse(texts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i])
                || !double.IsFinite(numbers[i]))
            {
                return null;
            }
        }

        return numbers;
    }

    /// <summary>The first value as a number; <see langword="null"/> where there is none.</summary>
    /// <exception cref="DicomDataException">It is not a number.</exception>
    public double? GetDouble(DicomTag tag) => GetDoubles(tag) is [var first, ..] ? first : null;

    /// <summary>The first value as an integer; <see langword="null"/> where there is none.</summary>
    /// <exception cref="DicomDataException">It is not an integer of 32 bits.</exception>
    public int? GetInt(DicomTag tag) => GetDouble(tag) is { } number
        ? ToInt(number) ?? throw new DicomDataException($"{Tags.Name(tag)} is not an integer; the header is damaged.")
        : null;

    /// <summary>
    /// The first value as an integer; <see langword="null"/> where there is none that is an integer of 32 bits, for elements that pixels do
    /// not need.
    /// </summary>
    public int? TryGetInt(DicomTag tag) => TryGetDoubles(tag) is [var number, ..] ? ToInt(number) : null;

    /// <summary>The items of a sequence; none where it is absent.</summary>
    public IReadOnlyList<DicomDataSet> GetItems(DicomTag tag) => Find(tag)?.Items ?? [];

    /// <summary>The first item of a sequence; <see langword="null"/> where there is none.</summary>
    public DicomDataSet? GetItem(DicomTag tag) => GetItems(tag) is [var first, ..] ? first : null;

    /// <summary>The element of a private block (PS3.5, section 7.8.1); <see langword="null"/> where it is absent.</summary>
    /// <param name="group">The odd group.</param>
    /// <param name="creator">Who reserved the block.</param>
    /// <param name="element">The element within the block, 00 … FF.</param>
    public DicomTag? FindPrivate(ushort group, string creator, byte element)
    {
        for (ushort block = 0x10; block <= 0xFF; block++)
        {
            if (string.Equals(GetString(new DicomTag(group, block)), creator, StringComparison.OrdinalIgnoreCase))
            {
                var tag = new DicomTag(group, (ushort)((block << 8) | element));
                return Contains(tag) ? tag : null;
            }
        }

        return null;
    }

    public void SetText(DicomTag tag, DicomVr vr, params IEnumerable<string> values)
    {
        var text = string.Join('\\', values);
        Set(new DicomElement(tag, vr, vr.UsesCharacterSet() ? CharacterSet.Encode(text) : Encoding.ASCII.GetBytes(text)));
    }

    public void SetUnsigned(DicomTag tag, ushort value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        Set(new DicomElement(tag, DicomVr.US, bytes));
    }

    public void SetItems(DicomTag tag, params List<DicomDataSet> items) => Set(new DicomElement(tag, items));

    private static int? ToInt(double number) => number == Math.Floor(number) && Math.Abs(number) <= int.MaxValue ? (int)number : null;

    /// <summary>Binary numbers; <see langword="null"/> where the representation is not one of numbers.</summary>
    private static double[]? GetNumbers(DicomElement element)
    {
        Func<byte[], int, double>? read = element.Vr switch
        {
            DicomVr.US => static (bytes, at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at)),
            DicomVr.SS => static (bytes, at) => BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(at)),
            DicomVr.UL => static (bytes, at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at)),
            DicomVr.SL => static (bytes, at) => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at)),
            DicomVr.UV => static (bytes, at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at)),
            DicomVr.SV => static (bytes, at) => BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at)),
            DicomVr.FL => static (bytes, at) => BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(at)),
            DicomVr.FD => static (bytes, at) => BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(at)),
            _ => null,
        };
        if (read is null)
        {
            return null;
        }

        var size = element.Vr.SwapUnit();
        var numbers = new double[element.Value.Length / size];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = read(element.Value, i * size);
        }

        return numbers;
    }
}
