using System.Text.Json;
using Tat.MLNet.Formats.Dicom.Codecs;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Pixels;
using Tat.MLNet.Formats.Dicom.Providers;
using Tat.MLNet.Formats.Dicom.Reading;
using Tat.MLNet.Formats.Dicom.Series;
using Tat.MLNet.Formats.Dicom.Writing;
using Tat.Torch.Files;
using Tat.Torch.Imaging;

namespace Tat.MLNet.Formats.Dicom;

/// <summary>The header of a DICOM file: all elements except its pixels. For programs that receive, sort or list objects.</summary>
/// <remarks>Safe for concurrent reads.</remarks>
public sealed class DicomHeader
{
    private readonly DicomObject _object;

    private DicomHeader(DicomObject source) => _object = source;

    /// <summary>The file.</summary>
    public string Path => _object.Path;

    /// <summary>How the file is encoded (PS3.5, section 10).</summary>
    public string TransferSyntaxUid => _object.Syntax.Uid;

    /// <summary>The application entity that wrote or sent the file; <see langword="null"/> where the file does not tell.</summary>
    public string? SourceAeTitle => _object.SourceAeTitle;

    /// <summary>Whether there are pixels.</summary>
    public bool HasPixels => _object.Pixels is not null;

    /// <summary>Number of frames; 1 for an object that does not tell.</summary>
    public int Frames => Text(() => Math.Max(1, _object.DataSet.TryGetInt(Tags.NumberOfFrames) ?? 1));

    /// <summary>Whether this product has restored the image.</summary>
    public bool IsRestored => _object.DataSet.GetItems(Tags.ContributingEquipmentSequence)
        .Any(equipment => equipment.GetString(Tags.Manufacturer) == DerivedObject.Manufacturer);

    /// <summary>A digest of the options with which this product restored the image last; <see langword="null"/> where it does not
    /// tell.</summary>
    internal string? OptionsDigest => Contracts.OptionsDigest.Parse(_object.DataSet.GetItems(Tags.ContributingEquipmentSequence)
        .LastOrDefault(equipment => equipment.GetString(Tags.Manufacturer) == DerivedObject.Manufacturer)
        ?.GetString(Tags.AlgorithmParameters)?.Split("; ").Select(parameter => parameter.Split('='))
        .FirstOrDefault(parameter => parameter[0] == Contracts.OptionsDigest.Name)?[^1]);

    /// <summary>The first value of an element as text, without padding; <see langword="null"/> where there is none.</summary>
    /// <param name="tag">Group and element as eight hexadecimal digits, such as <c>00080060</c> for the modality.</param>
    /// <exception cref="FormatException">The tag is none.</exception>
    public string? this[string tag] => Text(() => _object.DataSet.GetString(DicomTag.Parse(tag)));

    /// <summary>The values of an element as text, without padding; none where it is absent or empty.</summary>
    /// <param name="tag">Group and element as eight hexadecimal digits.</param>
    /// <exception cref="FormatException">The tag is none.</exception>
    public IReadOnlyList<string> ValuesOf(string tag) => Text(() => _object.DataSet.GetStrings(DicomTag.Parse(tag)));

    /// <summary>Reads the header of a file; pixels are not read.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is nothing at that path.</exception>
    /// <exception cref="ImageFormatException">It is no DICOM file, or it is damaged; the message names it.</exception>
    public static DicomHeader Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"'{path}' does not exist; check the path.", path);
        }

        try
        {
            return new(DicomProviders.Current.Read(ImageContent.OfFile(path)));
        }
        catch (DicomDataException exception)
        {
            throw exception.At(path);
        }
    }

    /// <summary>Writes all elements in the DICOM JSON Model (PS3.18, annex F), without pixels; text in UTF-8.</summary>
    /// <param name="writer">Gets one object.</param>
    public void WriteJson(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        DicomJson.Write(writer, _object.DataSet);
    }

    /// <summary>Reads the pixels of a frame, in physical units: HU, SUV or intensity.</summary>
    /// <param name="frame">0 … <see cref="Frames"/> − 1, in the order of the file.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such frame.</exception>
    /// <exception cref="ImageFormatException">The pixels are damaged or missing, or of a kind that cannot be read.</exception>
    public ImageSlice ReadFrame(int frame)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(frame);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(frame, Frames);
        using var scan = (DicomScan)new DicomFormat().Open(Path, new() { AllowIrregularSeries = true });
        return scan.ReadSlice(scan.Slices.Index().First(slice => slice.Item.Frame == frame).Index);
    }

    /// <summary>Reads the stored values of a frame, decompressed, before they are made physical ones.</summary>
    /// <param name="frame">0 … <see cref="Frames"/> − 1, in the order of the file.</param>
    /// <returns>Little endian, row by row, as many bits for each pixel as the header calls allocated.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such frame.</exception>
    /// <exception cref="ImageFormatException">The pixels are damaged or missing, or of a kind that cannot be read.</exception>
    public byte[] ReadStoredFrame(int frame)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(frame);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(frame, Frames);
        return Text(() =>
        {
            var layout = PixelLayout.Of(_object, ReadBudget.Default);
            FrameReader.CheckCodec(_object);
            using var pixels = _object.Pixels;
            return FrameReader.Read(_object, layout, frame)[..layout.FrameBytes];
        });
    }

    private T Text<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (DicomDataException exception)
        {
            throw exception.At(Path);
        }
    }
}
