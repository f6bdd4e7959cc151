namespace Tat.MLNet.Formats.Dicom;

/// <summary>Reads an object that was written and compares it with what was to be written.</summary>
internal static class DerivedCheck
{
    /// <summary>Compares elements and pixels.</summary>
    /// <exception cref="ImageFormatException">They differ.</exception>
    public static void ReadBack(string path, DicomDataSet expected, byte[] pixels)
    {
        try
        {
            var read = DicomProviders.Current.Read(path);
            var same = IsSame(expected, read.DataSet) && read.Pixels is { } source && source.Length >= pixels.Length && source.Read(0, pixels.Length).AsSpan().SequenceEqual(pixels);
            if (!same)
            {
                throw new DicomDataException("what was written is not what is read back; check the disk and write again.");
            }
        }
        catch (DicomDataException exception)
        {
            throw exception.At(path);
        }
    }

    private static bool IsSame(DicomDataSet expected, DicomDataSet actual) => expected.Count == actual.Count && expected.Zip(actual).All(pair => IsSame(pair.First, pair.Second));

    private static bool IsSame(DicomElement expected, DicomElement actual)
    {
        if (expected.Tag != actual.Tag || expected.Items is null != actual.Items is null)
        {
            return false;
        }

        return expected.Items is { } items
            ? items.Count == actual.Items!.Count && items.Zip(actual.Items).All(pair => IsSame(pair.First, pair.Second))
            : Trimmed(expected).SequenceEqual(Trimmed(actual));
    }

    /// <summary>Values are padded to an even length.</summary>
    private static ReadOnlySpan<byte> Trimmed(DicomElement element) => element.Value.AsSpan().TrimEnd((byte)' ').TrimEnd((byte)0);
}
