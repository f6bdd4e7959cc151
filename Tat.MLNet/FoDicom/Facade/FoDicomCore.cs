// The members of fo-dicom.core 5.1.3 that the adapter uses, as declarations alone: it is compiled against them where the
// package cannot be restored (see Tat.MLNet.FoDicom.csproj). Nothing of it is shipped.
using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Text;
using System.Threading.Tasks;
using FellowOakDicom.IO.Buffer;
using FellowOakDicom.IO.Writer;

[assembly: AssemblyVersion("5.1.3.0")]

namespace FellowOakDicom.IO.Buffer
{
    public interface IByteBuffer
    {
        long Size { get; }

        byte[] Data { get; }

        void GetByteRange(long offset, int count, byte[] output);

        void CopyToStream(Stream stream);
    }

    public sealed class MemoryByteBuffer : IByteBuffer
    {
        public MemoryByteBuffer(byte[] data) => throw null;

        public long Size => throw null;

        public byte[] Data => throw null;

        public void GetByteRange(long offset, int count, byte[] output) => throw null;

        public void CopyToStream(Stream stream) => throw null;
    }
}

namespace FellowOakDicom.IO.Writer
{
    public class DicomWriteOptions;
}

namespace FellowOakDicom.Imaging
{
    public abstract class DicomPixelData
    {
        public static DicomPixelData Create(DicomDataset dataset, bool newPixelData = false) => throw null;

        public abstract IByteBuffer GetFrame(int frame);

        public abstract void AddFrame(IByteBuffer data);
    }
}

namespace FellowOakDicom.Imaging.Codec
{
    public class DicomCodecParams;

    public interface IDicomCodec
    {
        DicomCodecParams GetDefaultParameters();

        void Decode(DicomPixelData oldPixelData, DicomPixelData newPixelData, DicomCodecParams parameters);
    }

    public interface ITranscoderManager
    {
        bool HasCodec(DicomTransferSyntax syntax);

        IDicomCodec GetCodec(DicomTransferSyntax syntax);
    }
}

namespace FellowOakDicom
{
    public enum FileReadOption
    {
        Default,
        ReadLargeOnDemand,
        SkipLargeTags,
        ReadAll,
    }

    public class DicomFile
    {
        public DicomFile(DicomDataset dataset) => throw null;

        public DicomDataset Dataset => throw null;

        public static DicomFile Open(string fileName, FileReadOption readOption = FileReadOption.Default, int largeObjectSize = 0) =>
            throw null;

        public static DicomFile Open(Stream stream, FileReadOption readOption = FileReadOption.Default, int largeObjectSize = 0) =>
            throw null;

        public void Save(Stream stream, DicomWriteOptions options = null) => throw null;

        public Task SaveAsync(string fileName, DicomWriteOptions options = null) => throw null;
    }

    public class DicomDataset : IEnumerable<DicomItem>
    {
        public DicomDataset(DicomTransferSyntax internalTransferSyntax) => throw null;

        public DicomTransferSyntax InternalTransferSyntax => throw null;

        public T GetDicomItem<T>(DicomTag tag) where T : DicomItem => throw null;

        public T[] GetValues<T>(DicomTag tag) => throw null;

        public bool TryGetSingleValue<T>(DicomTag tag, out T value) => throw null;

        public bool Contains(DicomTag tag) => throw null;

        public DicomDataset Add(DicomItem item) => throw null;

        public DicomDataset Add(IEnumerable<DicomItem> items) => throw null;

        public IEnumerator<DicomItem> GetEnumerator() => throw null;

        IEnumerator IEnumerable.GetEnumerator() => throw null;
    }

    public static class DicomDatasetExtensions
    {
        public static DicomDataset NotValidated(this DicomDataset dataset) => throw null;
    }

    public static class DicomEncoding
    {
        public static Encoding[] GetEncodings(string[] charsets) => throw null;
    }

    public abstract class DicomParseable;

    public sealed class DicomTag
    {
        public static readonly DicomTag PixelRepresentation;
        public static readonly DicomTag ExtendedOffsetTable;
        public static readonly DicomTag PixelData;

        public DicomTag(ushort group, ushort element) => throw null;

        public ushort Group => throw null;

        public ushort Element => throw null;
    }

    public sealed class DicomUID : DicomParseable
    {
        public static readonly DicomUID Verification;

        public string UID => throw null;

        public DicomStorageCategory StorageCategory => throw null;
    }

    public enum DicomStorageCategory
    {
        None,
    }

    public sealed class DicomVR
    {
        public string Code => throw null;
    }

    public class DicomTransferSyntax : DicomParseable
    {
        public static readonly DicomTransferSyntax ExplicitVRLittleEndian;

        public DicomUID UID => throw null;

        public static DicomTransferSyntax Parse(string uid) => throw null;
    }

    public abstract class DicomItem
    {
        public DicomTag Tag => throw null;

        public abstract DicomVR ValueRepresentation { get; }
    }

    public class DicomSequence : DicomItem
    {
        public DicomSequence(DicomTag tag, params DicomDataset[] items) => throw null;

        public IList<DicomDataset> Items => throw null;

        public override DicomVR ValueRepresentation => throw null;
    }

    public abstract class DicomFragmentSequence : DicomItem
    {
        public IList<uint> OffsetTable => throw null;

        public IList<IByteBuffer> Fragments => throw null;
    }

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
