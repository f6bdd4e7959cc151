using System.Reflection;
using FellowOakDicom.Imaging;
using FellowOakDicom.Imaging.Codec;
using FellowOakDicom.IO.Buffer;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Providers.BuiltIn;
using Tat.MLNet.Formats.Dicom.Reading;
using Fo = FellowOakDicom;

namespace Tat.MLNet.FoDicom;

/// <summary>Reads and writes DICOM files with fo-dicom, and decodes what its codec package can where that is referenced.</summary>
internal sealed class FoDicomProvider : IDicomProvider
{
    private const string CodecPackage = "FellowOakDicom.Imaging.NativeCodec.NativeTranscoderManager, fo-dicom.Codecs";
    private const int LargeValue = 4096;
    private readonly Lazy<ITranscoderManager?> _codecs = new(FindCodecs);

    public string Name => "fo-dicom";

    public string Advice => $"{TransferSyntax.Conversion}, or add the package fo-dicom.Codecs to the program";

    public DicomObject Read(ImageContent content)
    {
        if (!DicomFileStart.IsDicom(content))
        {
            throw new DicomDataException("not a DICOM file.") { IsOtherFormat = true };
        }

        try
        {
            // Values from this size on, pixels above all, stay in the file: a slice of a long series keeps none of its own.
            var file = Open(content, Fo.FileReadOption.ReadLargeOnDemand);
            var syntax = TransferSyntax.Of(file.Dataset.InternalTransferSyntax.UID.UID);
            return new DicomObject(content, syntax, FoDicomConversion.FromFo(file.Dataset), FoDicomPixels.Find(file.Dataset));
        }
        catch (Exception exception) when (IsCausedByFile(exception))
        {
            throw Damaged(exception);
        }
    }

    public void Write(Stream stream, DicomDataSet dataSet, ReadOnlyMemory<byte> pixels)
    {
        var copy = FoDicomConversion.ToFo(dataSet);
        copy.Add(new Fo.DicomOtherWord(Fo.DicomTag.PixelData, new MemoryByteBuffer(pixels.ToArray())));
        new Fo.DicomFile(copy).Save(stream);
    }

    public bool CanDecode(TransferSyntax syntax) => _codecs.Value?.HasCodec(Fo.DicomTransferSyntax.Parse(syntax.Uid)) == true;

    public byte[] Decode(DicomSource source, int frame)
    {
        try
        {
            var dataSet = Open(source.Content, Fo.FileReadOption.Default).Dataset;
            var encoded = DicomPixelData.Create(dataSet).GetFrame(frame);

            // A copy that holds this frame only: a codec decodes all that it is given.
            var one = Empty(dataSet, dataSet.InternalTransferSyntax);
            var compressed = DicomPixelData.Create(one, true);
            compressed.AddFrame(encoded);
            var decoded = DicomPixelData.Create(Empty(dataSet, Fo.DicomTransferSyntax.ExplicitVRLittleEndian), true);
            var codec = _codecs.Value!.GetCodec(dataSet.InternalTransferSyntax);
            codec.Decode(DicomPixelData.Create(one), decoded, codec.GetDefaultParameters());
            return decoded.GetFrame(0).Data;
        }
        catch (Exception exception) when (IsCausedByFile(exception))
        {
            throw new DicomDataException("the compressed pixels are damaged; copy the file again.", exception);
        }
    }

    public static DicomDataException Damaged(Exception exception) =>
        new("fo-dicom cannot read the file; it is no DICOM file, or it is truncated or damaged.", exception);

    /// <summary>fo-dicom answers damaged files with exceptions of many kinds.</summary>
    public static bool IsCausedByFile(Exception exception) =>
        exception is not (OutOfMemoryException or FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException
            or DicomDataException);

    /// <summary>Opens a file, whose large values may stay in it, or another content, which is read whole.</summary>
    private static Fo.DicomFile Open(ImageContent content, Fo.FileReadOption option)
    {
        if (content.Path is { } path)
        {
            return Fo.DicomFile.Open(path, option, LargeValue);
        }

        using var stream = content.Open();
        return Fo.DicomFile.Open(stream, Fo.FileReadOption.ReadAll);
    }

    private static Fo.DicomDataset Empty(Fo.DicomDataset source, Fo.DicomTransferSyntax syntax)
    {
        var copy = new Fo.DicomDataset(syntax);
        copy.Add(source.Where(item => item.Tag.Group == 0x0028));
        return copy;
    }

    private static ITranscoderManager? FindCodecs()
    {
        try
        {
            return Type.GetType(CodecPackage) is { } type ? (ITranscoderManager?)Activator.CreateInstance(type) : null;
        }
        catch (Exception exception) when (exception is TargetInvocationException or IOException or BadImageFormatException)
        {
            return null;
        }
    }
}
