using System.Globalization;

namespace Tat.MLNet.Formats.Dicom.Model;

/// <summary>The tag of an element (PS3.5, section 7.1.1).</summary>
internal readonly record struct DicomTag(ushort Group, ushort Element) : IComparable<DicomTag>
{
    public static DicomTag Of(uint value) => new((ushort)(value >> 16), (ushort)value);

    /// <summary>The tag of eight hexadecimal digits.</summary>
    /// <exception cref="FormatException">The text is no tag.</exception>
    public static DicomTag Parse(string text) =>
        text.Length == 8 && uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? Of(value)
            : throw new FormatException($"'{text}' is no tag of eight hexadecimal digits, such as 00080060.");

    public bool IsPrivate => (Group & 1) == 1;

    /// <summary>Whether the element reserves a block of private elements for the creator that it names (PS3.5, section 7.8.1).</summary>
    public bool IsPrivateCreator => IsPrivate && Element is >= 0x0010 and <= 0x00FF;

    public bool IsGroupLength => Element == 0;

    public uint Value => ((uint)Group << 16) | Element;

    public int CompareTo(DicomTag other) => Value.CompareTo(other.Value);

    public override string ToString() => $"({Group:X4},{Element:X4})";
}
