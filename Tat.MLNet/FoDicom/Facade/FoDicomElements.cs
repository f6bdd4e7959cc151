// The elements of a data set, of fo-dicom.core 5.1.3 (see FoDicomCore.cs).
using System.Text;
using FellowOakDicom.IO.Buffer;

namespace FellowOakDicom
{
    public abstract class DicomElement : DicomItem
    {
        public IByteBuffer Buffer => throw null;

        public override DicomVR ValueRepresentation => throw null;
    }

    public class DicomApplicationEntity : DicomElement
    {
        public DicomApplicationEntity(DicomTag tag, IByteBuffer data) => throw null;
    }

    public class DicomAgeString : DicomElement
    {
        public DicomAgeString(DicomTag tag, IByteBuffer data) => throw null;
    }

    public class DicomAttributeTag : DicomElement
    {
        public DicomAttributeTag(DicomTag tag, IByteBuffer data) => throw null;
    }

    public class DicomCodeString : DicomElement
    {
        public DicomCodeString(DicomTag tag, IByteBuffer data) => throw null;
    }

    public class DicomDate : DicomElement
    {
        public DicomDate(DicomTag tag, IByteBuffer data) => throw null;
    }

    public class DicomDecimalString : DicomElement
    {
        public DicomDecimalString(DicomTag tag, IByteBuffer data) => throw null;
    }

    public class DicomDateTime : DicomElement
    {
        public DicomDateTime(DicomTag tag, IByteBuffer data) => throw null;
    }

    public class DicomFloatingPointDouble : DicomElement
    {
        public DicomFloatingPointDouble(DicomTag tag, IByteBuffer data) => throw null;
    }

    public class DicomFloatingPointSingle : DicomElement
    {
        public DicomFloatingPointSingle(DicomTag tag, IByteBuffer data) => throw null;
    }

    public class DicomIntegerString : DicomElement
    {
        public DicomIntegerString(DicomTag tag, IByteBuffer data) => throw null;
    }

    public class DicomOtherByte : DicomElement
    {
        public DicomOtherByte(DicomTag tag, IByteBuffer data) => throw null;
    }

    public class DicomOtherDouble : DicomElement
    {
        public DicomOtherDouble(DicomTag tag, IByteBuffer data) => throw null;
    }

    public class DicomOtherFloat : DicomElement
    {
        public DicomOtherFloat(DicomTag tag, IByteBuffer data) => throw null;
    }

    public class DicomOtherLong : DicomElement
    {
        public DicomOtherLong(DicomTag tag, IByteBuffer data) => throw null;
    }

    public class DicomOtherVeryLong : DicomElement
    {
        public DicomOtherVeryLong(DicomTag tag, IByteBuffer data) => throw null;
    }

    public class DicomOtherWord : DicomElement
    {
        public DicomOtherWord(DicomTag tag, IByteBuffer data) => throw null;
    }

    public class DicomSignedLong : DicomElement
    {
        public DicomSignedLong(DicomTag tag, IByteBuffer data) => throw null;
    }

    public class DicomSignedShort : DicomElement
    {
        public DicomSignedShort(DicomTag tag, IByteBuffer data) => throw null;
    }

    public class DicomSignedVeryLong : DicomElement
    {
        public DicomSignedVeryLong(DicomTag tag, IByteBuffer data) => throw null;
    }

    public class DicomTime : DicomElement
    {
        public DicomTime(DicomTag tag, IByteBuffer data) => throw null;
    }

    public class DicomUniqueIdentifier : DicomElement
    {
        public DicomUniqueIdentifier(DicomTag tag, IByteBuffer data) => throw null;
    }

    public class DicomUnknown : DicomElement
    {
        public DicomUnknown(DicomTag tag, IByteBuffer data) => throw null;
    }

    public class DicomUnsignedLong : DicomElement
    {
        public DicomUnsignedLong(DicomTag tag, IByteBuffer data) => throw null;
    }

    public class DicomUnsignedShort : DicomElement
    {
        public DicomUnsignedShort(DicomTag tag, IByteBuffer data) => throw null;
    }

    public class DicomUnsignedVeryLong : DicomElement
    {
        public DicomUnsignedVeryLong(DicomTag tag, IByteBuffer data) => throw null;
    }

    public class DicomLongString : DicomElement
    {
        public DicomLongString(DicomTag tag, Encoding[] encodings, IByteBuffer data) => throw null;
    }

    public class DicomLongText : DicomElement
    {
        public DicomLongText(DicomTag tag, Encoding[] encodings, IByteBuffer data) => throw null;
    }

    public class DicomPersonName : DicomElement
    {
        public DicomPersonName(DicomTag tag, Encoding[] encodings, IByteBuffer data) => throw null;
    }

    public class DicomShortString : DicomElement
    {
        public DicomShortString(DicomTag tag, Encoding[] encodings, IByteBuffer data) => throw null;
    }

    public class DicomShortText : DicomElement
    {
        public DicomShortText(DicomTag tag, Encoding[] encodings, IByteBuffer data) => throw null;
    }

    public class DicomUnlimitedCharacters : DicomElement
    {
        public DicomUnlimitedCharacters(DicomTag tag, Encoding[] encodings, IByteBuffer data) => throw null;
    }

    public class DicomUniversalResource : DicomElement
    {
        public DicomUniversalResource(DicomTag tag, Encoding[] encodings, IByteBuffer data) => throw null;
    }

    public class DicomUnlimitedText : DicomElement
    {
        public DicomUnlimitedText(DicomTag tag, Encoding[] encodings, IByteBuffer data) => throw null;
    }
}
