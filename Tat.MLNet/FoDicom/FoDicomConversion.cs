using FellowOakDicom.IO.Buffer;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Providers.BuiltIn;
using Fo = FellowOakDicom;

namespace Tat.MLNet.FoDicom;

/// <summary>Converts data sets from and to those of fo-dicom; values are taken over byte by byte.</summary>
internal static class FoDicomConversion
{
    private const int MaximumDepth = 64;

    /// <summary>All elements but the pixels.</summary>
    public static DicomDataSet FromFo(Fo.DicomDataset source) =>
        FromFo(source, null, source.TryGetSingleValue<ushort>(Fo.DicomTag.PixelRepresentation, out var sign) && sign == 1, 0);

    /// <summary>All elements, without checks of their values: they are those of an object that exists.</summary>
    public static Fo.DicomDataset ToFo(DicomDataSet source)
    {
        var copy = Fo.DicomDatasetExtensions.NotValidated(new Fo.DicomDataset(Fo.DicomTransferSyntax.ExplicitVRLittleEndian));
        foreach (var element in source)
        {
            copy.Add(ToFo(element));
        }

        return copy;
    }

    private static DicomDataSet FromFo(Fo.DicomDataset source, DicomCharacterSet? characterSet, bool signedPixels, int depth)
    {
        if (depth > MaximumDepth)
        {
            throw new DicomDataException($"sequences are nested more than {MaximumDepth} times; the file is damaged.");
        }

        var copy = new DicomDataSet(characterSet);
        foreach (var item in source)
        {
            var tag = new DicomTag(item.Tag.Group, item.Tag.Element);
            if (tag.IsGroupLength || depth == 0 && tag.Group == 0x7FE0 && tag != Tags.ExtendedOffsetTable)
            {
                continue;
            }

            switch (item)
            {
                case Fo.DicomSequence sequence:
                    copy.Set(new DicomElement(
                        tag, sequence.Items.Select(inner => FromFo(inner, copy.CharacterSet, signedPixels, depth + 1)).ToList()));
                    break;
                case Fo.DicomElement element:
                    copy.Set(FromFo(tag, element, copy, signedPixels, depth));
                    break;
            }
        }

        return copy;
    }

    private static DicomElement FromFo(DicomTag tag, Fo.DicomElement element, DicomDataSet parent, bool signedPixels, int depth)
    {
        var code = element.ValueRepresentation.Code;
        var vr = DicomVrs.Of((byte)code[0], (byte)code[1]);
        var value = element.Buffer.Data ?? [];
        if (vr == DicomVr.UN)
        {
            vr = VrDictionary.Find(tag, signedPixels);
            if (vr == DicomVr.SQ)
            {
                return new DicomElement(tag, DataSetReader.ReadImplicitItems(parent, tag, value, depth));
            }
        }

        return new DicomElement(tag, vr, value);
    }

    private static Fo.DicomItem ToFo(DicomElement element)
    {
        var tag = new Fo.DicomTag(element.Tag.Group, element.Tag.Element);
        if (element.Items is { } items)
        {
            return new Fo.DicomSequence(tag, items.Select(ToFo).ToArray());
        }

        var value = new MemoryByteBuffer(element.Value.Length % 2 == 0 ? element.Value : [.. element.Value, element.Vr.Padding()]);
        var utf8 = Fo.DicomEncoding.GetEncodings(["ISO_IR 192"]);
        return element.Vr switch
        {
            DicomVr.AE => new Fo.DicomApplicationEntity(tag, value),
            DicomVr.AS => new Fo.DicomAgeString(tag, value),
            DicomVr.AT => new Fo.DicomAttributeTag(tag, value),
            DicomVr.CS => new Fo.DicomCodeString(tag, value),
            DicomVr.DA => new Fo.DicomDate(tag, value),
            DicomVr.DS => new Fo.DicomDecimalString(tag, value),
            DicomVr.DT => new Fo.DicomDateTime(tag, value),
            DicomVr.FD => new Fo.DicomFloatingPointDouble(tag, value),
            DicomVr.FL => new Fo.DicomFloatingPointSingle(tag, value),
            DicomVr.IS => new Fo.DicomIntegerString(tag, value),
            DicomVr.LO => new Fo.DicomLongString(tag, utf8, value),
            DicomVr.LT => new Fo.DicomLongText(tag, utf8, value),
            DicomVr.OB => new Fo.DicomOtherByte(tag, value),
            DicomVr.OD => new Fo.DicomOtherDouble(tag, value),
            DicomVr.OF => new Fo.DicomOtherFloat(tag, value),
            DicomVr.OL => new Fo.DicomOtherLong(tag, value),
            DicomVr.OV => new Fo.DicomOtherVeryLong(tag, value),
            DicomVr.OW => new Fo.DicomOtherWord(tag, value),
            DicomVr.PN => new Fo.DicomPersonName(tag, utf8, value),
            DicomVr.SH => new Fo.DicomShortString(tag, utf8, value),
            DicomVr.SL => new Fo.DicomSignedLong(tag, value),
            DicomVr.SS => new Fo.DicomSignedShort(tag, value),
            DicomVr.ST => new Fo.DicomShortText(tag, utf8, value),
            DicomVr.SV => new Fo.DicomSignedVeryLong(tag, value),
            DicomVr.TM => new Fo.DicomTime(tag, value),
            DicomVr.UC => new Fo.DicomUnlimitedCharacters(tag, utf8, value),
            DicomVr.UI => new Fo.DicomUniqueIdentifier(tag, value),
            DicomVr.UL => new Fo.DicomUnsignedLong(tag, value),
            DicomVr.UR => new Fo.DicomUniversalResource(tag, utf8, value),
            DicomVr.US => new Fo.DicomUnsignedShort(tag, value),
            DicomVr.UT => new Fo.DicomUnlimitedText(tag, utf8, value),
            DicomVr.UV => new Fo.DicomUnsignedVeryLong(tag, value),
            _ => new Fo.DicomUnknown(tag, value),
        };
    }
}
