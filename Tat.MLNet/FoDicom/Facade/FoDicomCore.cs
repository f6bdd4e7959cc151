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
}
