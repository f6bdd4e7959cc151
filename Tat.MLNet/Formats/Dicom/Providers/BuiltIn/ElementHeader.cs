using System.Buffers.Binary;
using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Providers.BuiltIn;

/// <summary>
/// Reads what stands between the tag of an element and its value (PS3.5, section 7.1), also as it should not stand there.
/// </summary>
internal static class ElementHeader
{
    private const uint Undefined = 0xFFFFFFFF;

    /// <summary>An element with a value longer than this would not begin a data set that is implicit against its declaration.</summary>
    private const uint LongestFirst = 0xFFFF;

    /// <summary>
    /// Whether the data set or item that comes next tells representations: what its first element looks like counts before what was
    /// declared, as for pydicom. Implicit items occur in explicit files and the other way round, most of all under UN.
    /// </summary>
    /// <param name="input">Stands before the first element.</param>
    /// <param name="declared">What the transfer syntax, or the sequence, says.</param>
    /// <param name="end">Where the data set ends at the latest.</param>
    public static bool TellsRepresentation(DicomInput input, bool declared, long end)
    {
        var start = input.Peek(8);
        if (start.Length < 8)
        {
            return declared;
        }

        var tag = new DicomTag(UInt16(start, input), UInt16(start[2..], input));
        if (tag.Group == Tags.Item.Group)
        {
            return declared;
        }

        if (IsRepresentation(start[4], start[5]))
        {
            return true;
        }

        // Two printable characters are a bad representation, not a length; zeros may be either.
        var length = UInt32(start[4..], input);
        var looksImplicit = !(IsPrintable(start[4]) && IsPrintable(start[5])) && length is > 0 and <= LongestFirst
            && length <= end - input.Position - 8 && IsKnown(tag);
        return declared && !looksImplicit;
    }

    /// <summary>Reads the representation and the length of an element.</summary>
    /// <returns>No representation where there is none that the standard knows: the dictionary tells it.</returns>
    public static (DicomVr Vr, uint Length) Read(DicomInput input, DicomTag tag, long end)
    {
        Span<byte> letters = stackalloc byte[2];
        input.Fill(letters);
        var vr = DicomVrs.Of(letters[0], letters[1]);
        if (!IsRepresentation(letters[0], letters[1]))
        {
            return (DicomVr.None, ReadOddLength(input, tag, letters, end));
        }

        if (!vr.HasLongLength())
        {
            return (vr, input.ReadUInt16());
        }

        input.ReadUInt16();
        return (vr, input.ReadUInt32());
    }

    /// <summary>
    /// Blanks, dashes, zeros and letters that mean nothing stand before lengths of any of the three forms: it is the one after whose value
    /// another element follows.
    /// </summary>
    private static uint ReadOddLength(DicomInput input, DicomTag tag, ReadOnlySpan<byte> letters, long end)
    {
        // Of the forms that fit equally well, letters have the long one, as all representations to come will, and anything else the short
        // one.
        var following = input.Peek(6);
        var shortLength = following.Length >= 2 ? UInt16(following, input) : Undefined;
        var longLength = following.Length >= 6 ? UInt32(following[2..], input) : Undefined;
        Span<byte> word = stackalloc byte[4];
        letters.CopyTo(word);
        following[..Math.Min(2, following.Length)].CopyTo(word[2..]);
        (int Size, uint Length)[] forms = [(2, shortLength), (2, UInt32(word, input)), (6, longLength)];
        var isUpper = char.IsAsciiLetterUpper((char)letters[0]) && char.IsAsciiLetterUpper((char)letters[1]);
        if (isUpper)
        {
            forms = [forms[2], forms[0]];
        }

        var chosen = Array.Find(forms, form => IsFollowed(input, tag, input.Position + form.Size + form.Length, end));
        if (chosen.Size == 0)
        {
            chosen = isUpper || forms[0].Length <= end - input.Position - 2
                ? forms[0]
                : throw new DicomDataException($"{Tags.Name(tag)} has no value representation; the file is damaged.");
        }

        input.Skip(tag, chosen.Size);
        return chosen.Length;
    }

    /// <summary>Whether an element of a higher tag, or the end, comes at a position.</summary>
    private static bool IsFollowed(DicomInput input, DicomTag tag, long position, long end)
    {
        Span<byte> start = stackalloc byte[8];
        if (position == end)
        {
            return true;
        }

        if (position > end - start.Length || !input.TryPeekAt(position, start))
        {
            return false;
        }

        var next = new DicomTag(UInt16(start, input), UInt16(start[2..], input));
        return next == Tags.ItemDelimitation || next.CompareTo(tag) > 0 && next.Group != Tags.Item.Group &&
            (IsRepresentation(start[4], start[5]) || (next.IsPrivate ? next.Group == tag.Group : IsKnown(next)));
    }

    private static bool IsRepresentation(byte first, byte second) =>
        DicomVrs.Of(first, second) is not DicomVr.None and var vr && Enum.IsDefined(vr);

    private static bool IsPrintable(byte value) => value is >= 0x20 and < 0x7F;

    private static bool IsKnown(DicomTag tag) => tag.IsPrivate || VrDictionary.Find(tag, signedPixels: false) != DicomVr.UN;

    private static ushort UInt16(ReadOnlySpan<byte> bytes, DicomInput input) =>
        input.BigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static uint UInt32(ReadOnlySpan<byte> bytes, DicomInput input) =>
        input.BigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}
