using System.Globalization;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Providers.BuiltIn;

namespace Tat.Tests.Formats.Dicom;

/// <summary>Makes small DICOM files for tests; the folder goes with the object.</summary>
internal sealed class SyntheticDicom : IDisposable
{
    public SyntheticDicom() => Folder = Directory.CreateTempSubdirectory("tat-dicom-").FullName;

    public string Folder { get; }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>The elements of a CT slice of 8 × 6 pixels at a height along z.</summary>
    public static DicomDataSet Slice(int number, double z, string series = "1.2.3.4")
    {
        var data = new DicomDataSet();
        data.SetText(Tags.SopClassUid, DicomVr.UI, "1.2.840.10008.5.1.4.1.1.2");
        data.SetText(Tags.SopInstanceUid, DicomVr.UI, $"{series}.{number}");
        data.SetText(Tags.StudyInstanceUid, DicomVr.UI, "1.2.3");
        data.SetText(Tags.SeriesInstanceUid, DicomVr.UI, series);
        data.SetText(Tags.Modality, DicomVr.CS, "CT");
        data.SetText(Tags.InstanceNumber, DicomVr.IS, Text(number));
        data.SetText(Tags.PatientName, DicomVr.PN, "Secret^Name");
        data.SetText(Tags.ImagePositionPatient, DicomVr.DS, ["0", "0", Text(z)]);
        data.SetText(Tags.ImageOrientationPatient, DicomVr.DS, ["1", "0", "0", "0", "1", "0"]);
        data.SetText(Tags.PixelSpacing, DicomVr.DS, ["1", "2"]);
        data.SetText(Tags.RescaleSlope, DicomVr.DS, "1");
        data.SetText(Tags.RescaleIntercept, DicomVr.DS, "-1024");
        data.SetText(Tags.PhotometricInterpretation, DicomVr.CS, "MONOCHROME2");
        data.SetUnsigned(Tags.SamplesPerPixel, 1);
        data.SetUnsigned(Tags.Rows, 8);
        data.SetUnsigned(Tags.Columns, 6);
        data.SetUnsigned(Tags.BitsAllocated, 16);
        data.SetUnsigned(Tags.BitsStored, 16);
        data.SetUnsigned(Tags.HighBit, 15);
        data.SetUnsigned(Tags.PixelRepresentation, 1);
        return data;
    }

    /// <summary>The elements of an enhanced CT whose frames of 8 × 6 pixels lie at heights along z, in the order given.</summary>
    public static DicomDataSet Enhanced(params double[] heights)
    {
        var data = Slice(0, 0);
        data.SetText(Tags.SopClassUid, DicomVr.UI, "1.2.840.10008.5.1.4.1.1.2.1");
        data.SetText(Tags.NumberOfFrames, DicomVr.IS, Text(heights.Length));
        data.Remove(Tags.ImagePositionPatient);
        data.SetItems(Tags.PerFrameFunctionalGroupsSequence, [.. heights.Select(z =>
        {
            var (group, position) = (new DicomDataSet(), new DicomDataSet());
            position.SetText(Tags.ImagePositionPatient, DicomVr.DS, ["0", "0", Text(z)]);
            group.SetItems(Tags.PlanePositionSequence, position);
            return group;
        })]);
        return data;
    }

    /// <summary>
    /// A PET slice in Bq/ml with all that SUV needs: 74 kg, 370 MBq of a half-life of 6586.2 s, injected an hour before the scan of 10:00.
    /// </summary>
    public static DicomDataSet Pet()
    {
        var data = Slice(1, 0);
        data.SetText(Tags.SopClassUid, DicomVr.UI, "1.2.840.10008.5.1.4.1.1.128");
        data.SetText(Tags.Modality, DicomVr.CS, "PT");
        data.SetText(Tags.RescaleIntercept, DicomVr.DS, "0");
        data.SetText(Tags.Units, DicomVr.CS, "BQML");
        data.SetText(Tags.DecayCorrection, DicomVr.CS, "START");
        data.SetText(Tags.CorrectedImage, DicomVr.CS, ["DECY", "ATTN"]);
        data.SetText(Tags.PatientWeight, DicomVr.DS, "74");
        data.SetText(Tags.SeriesDate, DicomVr.DA, "20240502");
        data.SetText(Tags.SeriesTime, DicomVr.TM, "100000");
        data.SetText(Tags.AcquisitionDate, DicomVr.DA, "20240502");
        data.SetText(Tags.AcquisitionTime, DicomVr.TM, "100500.5");
        var drug = new DicomDataSet();
        drug.SetText(Tags.RadionuclideTotalDose, DicomVr.DS, "370000000");
        drug.SetText(Tags.RadionuclideHalfLife, DicomVr.DS, "6586.2");
        drug.SetText(Tags.RadiopharmaceuticalStartTime, DicomVr.TM, "090000");
        data.SetItems(Tags.RadiopharmaceuticalInformationSequence, drug);
        return data;
    }

    /// <summary>Writes an object whose pixels count up from its instance number.</summary>
    public string Write(DicomDataSet data, string? name = null)
    {
        var samples = data.GetInt(Tags.Rows)!.Value * data.GetInt(Tags.Columns)!.Value * (data.GetInt(Tags.NumberOfFrames) ?? 1);
        var pixels = new byte[samples * 2];
        for (var i = 0; i < samples; i++)
        {
            BitConverter.TryWriteBytes(pixels.AsSpan(i * 2), (short)(i + (100 * (data.GetInt(Tags.InstanceNumber) ?? 0))));
        }

        return Write(data, pixels, name);
    }

    /// <summary>Writes an object with its pixels.</summary>
    public string Write(DicomDataSet data, byte[] pixels, string? name = null)
    {
        var path = Path.Combine(Folder, name ?? $"{Guid.NewGuid():N}.dcm");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        new BuiltInProvider().Write(path, data, pixels.Concat(new byte[pixels.Length % 2]).ToArray());
        return path;
    }

    /// <summary>Writes an object whose frames are compressed, each one a fragment.</summary>
    public string WriteEncapsulated(DicomDataSet data, string syntax, params byte[][] frames)
    {
        var path = Path.Combine(Folder, $"{Guid.NewGuid():N}.dcm");
        using var file = File.Create(path);
        file.Write(new byte[128]);
        file.Write("DICM"u8);
        var meta = new DicomDataSet();
        meta.SetText(Tags.MediaStorageSopClassUid, DicomVr.UI, data.GetString(Tags.SopClassUid)!);
        meta.SetText(Tags.MediaStorageSopInstanceUid, DicomVr.UI, data.GetString(Tags.SopInstanceUid)!);
        meta.SetText(Tags.TransferSyntaxUid, DicomVr.UI, syntax);
        DataSetWriter.Write(file, meta);
        DataSetWriter.Write(file, data);
        DataSetWriter.WriteHeader(file, Tags.PixelData, DicomVr.OB, -1);
        foreach (var item in (byte[][])[[], .. frames])
        {
            WriteItemHeader(file, Tags.Item, item.Length + (item.Length % 2));
            file.Write([.. item, .. new byte[item.Length % 2]]);
        }

        WriteItemHeader(file, Tags.SequenceDelimitation, 0);
        return path;
    }

    private static void WriteItemHeader(Stream file, DicomTag tag, int length)
    {
        file.Write(BitConverter.GetBytes(tag.Group));
        file.Write(BitConverter.GetBytes(tag.Element));
        file.Write(BitConverter.GetBytes(length));
    }

    public static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
