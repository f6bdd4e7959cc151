using System.Buffers.Binary;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Reading;
using Tat.Torch.Files;

namespace Tat.MLNet.Formats.Dicom.Providers.BuiltIn;

/// <summary>Reads and writes DICOM files without other packages.</summary>
internal sealed class BuiltInProvider : IDicomProvider
{
    public string Name => "built-in";

    public string Advice =>
        $"{TransferSyntax.Conversion}, or add the packages Tat.MLNet.FoDicom and fo-dicom.Codecs to the program and call "
        + "FoDicomSupport.Register()";

    public DicomObject Read(ImageContent content)
    {
        Stream OpenFile() => content.Open(16384);
        if (content.Refusal is { } problem)
        {
            throw new DicomDataException(problem);
        }

        using var file = OpenFile();
        var start = ReadStart(file);
        var first = DicomFileStart.FindFirstElement(start)
            ?? throw new DicomDataException("not a DICOM file: it has neither the DICM prefix nor a data set at its beginning.")
            {
                IsOtherFormat = true,
            };

        file.Position = first;
        var meter = new MemoryMeter(file.Length);
        var metaInput = new DicomInput(file, file.Length, bigEndian: false, meter);
        var meta = new DataSetReader(metaInput, MetaIsExplicit(start.AsSpan(first))).ReadMeta();
        var dataStart = metaInput.Position;
        var syntax = FindSyntax(file, dataStart, meta);

        Stream Inflate(Stream from, long? length) => syntax.Deflated ? new InflatedStream(from, dataStart, length) : from;
        using var data = Inflate(file, null);
        data.Position = syntax.Deflated ? 0 : dataStart;
        var length = data.Length;
        var reader = new DataSetReader(new DicomInput(data, length, syntax.BigEndian, meter), syntax.Explicit);
        var dataSet = reader.ReadAll();
        var pixels = reader.Pixels is null ? null : new FilePixels(
            reader.Pixels, () => Inflate(OpenFile(), length), ReadExtendedOffsets(dataSet), dataSet.TryGetInt(Tags.NumberOfFrames) ?? 1);
        return new DicomObject(content, syntax, dataSet, pixels) { SourceAeTitle = meta.GetString(Tags.SourceApplicationEntityTitle) };
    }

    public void Write(Stream stream, DicomDataSet dataSet, ReadOnlyMemory<byte> pixels)
    {
        WriteMeta(stream, dataSet, TransferSyntax.ExplicitLittleEndian);
        DataSetWriter.Write(stream, dataSet);
        DataSetWriter.WriteHeader(stream, Tags.PixelData, DicomVr.OW, pixels.Length);
        stream.Write(pixels.Span);
    }

    public bool CanDecode(TransferSyntax syntax) => false;

    public byte[] Decode(DicomSource source, int frame) =>
        throw new DicomDataException($"unsupported transfer syntax {source.Syntax}; {Advice}.");

    private static byte[] ReadStart(Stream file)
    {
        var start = new byte[DicomFileStart.Size];
        var read = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return start[..read];
    }

    /// <summary>The meta information is in Explicit VR Little Endian; old writers without a preamble have used implicit.</summary>
    private static bool MetaIsExplicit(ReadOnlySpan<byte> bytes) => bytes.Length < 6 || Enum.IsDefined(DicomVrs.Of(bytes[4], bytes[5]));

    internal static void WriteMeta(Stream file, DicomDataSet dataSet, TransferSyntax syntax)
    {
        var meta = new DicomDataSet();
        meta.Set(new DicomElement(Tags.FileMetaInformationVersion, DicomVr.OB, [0, 1]));
        meta.SetText(Tags.MediaStorageSopClassUid, DicomVr.UI, dataSet.GetString(Tags.SopClassUid) ?? "");
        meta.SetText(Tags.MediaStorageSopInstanceUid, DicomVr.UI, dataSet.GetString(Tags.SopInstanceUid) ?? "");
        meta.SetText(Tags.TransferSyntaxUid, DicomVr.UI, syntax.Uid);
        meta.SetText(Tags.ImplementationClassUid, DicomVr.UI, DicomUids.ImplementationClass);
        meta.SetText(Tags.ImplementationVersionName, DicomVr.SH, DicomUids.ImplementationVersion);
        file.Write(new byte[128]);
        file.Write("DICM"u8);
        using var content = new MemoryStream();
        DataSetWriter.Write(content, meta);
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, (int)content.Length);
        DataSetWriter.WriteHeader(file, Tags.MetaGroupLength, DicomVr.UL, length.Length);
        file.Write(length);
        content.WriteTo(file);
    }

    private static TransferSyntax FindSyntax(Stream file, long dataStart, DicomDataSet meta)
    {
        file.Position = dataStart;
        var guess = DicomFileStart.GuessSyntax(ReadStart(file));
        if (meta.GetString(Tags.TransferSyntaxUid) is not { } uid)
        {
            return guess ?? throw new DicomDataException("the file meta information names no transfer syntax; the file is damaged.");
        }

        // A syntax without a name may order its elements in any way.
        var syntax = TransferSyntax.Of(uid);
        return !syntax.IsKnown ? throw new DicomDataException($"unsupported transfer syntax {syntax}; {TransferSyntax.Conversion}.")
            : guess is null || syntax.Deflated || guess.BigEndian == syntax.BigEndian ? syntax
            : syntax with { BigEndian = guess.BigEndian };
    }

    private static IReadOnlyList<long> ReadExtendedOffsets(DicomDataSet dataSet)
    {
        var value = dataSet.Find(Tags.ExtendedOffsetTable)?.Value ?? [];
        var offsets = new long[value.Length / 8];
        for (var i = 0; i < offsets.Length; i++)
        {
            offsets[i] = BinaryPrimitives.ReadInt64LittleEndian(value.AsSpan(i * 8));
        }

        return offsets;
    }
}
