using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Series;

/// <summary>
/// Diffusion weighting where single-frame MR images tell it: in private elements of their manufacturers, as these publish them in their
/// conformance statements.
/// </summary>
internal static class PrivateDiffusion
{
    private static readonly PrivateNumbers[] _bValues =
    [
        new(0x0019, "SIEMENS MR HEADER", DicomVr.IS, 0x0C),
        new(0x0043, "GEMS_PARM_01", DicomVr.IS, 0x39),
        new(0x2001, "Philips Imaging DD 001", DicomVr.FL, 0x03),
        new(0x0065, "Image Private Header", DicomVr.FD, 0x09), // United Imaging
    ];

    private static readonly PrivateNumbers[] _directions =
    [
        new(0x0019, "SIEMENS MR HEADER", DicomVr.FD, 0x0E),
        new(0x0019, "GEMS_ACQU_01", DicomVr.DS, 0xBB, 0xBC, 0xBD),
        new(0x2005, "Philips MR Imaging DD 001", DicomVr.FL, 0xB0, 0xB1, 0xB2),
        new(0x0065, "Image Private Header", DicomVr.FD, 0x37), // United Imaging
    ];

    /// <summary>The b-value in s/mm²; <see langword="null"/> where none of the manufacturers tells.</summary>
    /// <remarks>GE adds 10⁹ to values beyond what its element was made for.</remarks>
    public static double? BValue(DicomDataSet dataSet) => Find(dataSet, _bValues, 1) is [var value, ..] ? value % 1e9 : null;

    /// <summary>The direction of the gradient; none where no manufacturer tells.</summary>
    public static double[] Direction(DicomDataSet dataSet) => Find(dataSet, _directions, 3);

    private static double[] Find(DicomDataSet dataSet, PrivateNumbers[] known, int least) =>
        known.Select(numbers => numbers.Read(dataSet)).FirstOrDefault(values => values.Length >= least) ?? [];

    /// <summary>Private elements of one creator.</summary>
    private sealed record PrivateNumbers(ushort Group, string Creator, DicomVr Vr, params byte[] Elements)
    {
        public double[] Read(DicomDataSet dataSet) =>
            [.. Elements.SelectMany(element => Find(dataSet, element) is { Items: null } found ? Values(found) : [])];

        /// <summary>Without the name of its creator, which some de-identification removes, an element is known by its number.</summary>
        private DicomElement? Find(DicomDataSet dataSet, byte element)
        {
            var first = new DicomTag(Group, (ushort)(0x1000 | element));
            return dataSet.FindPrivate(Group, Creator, element) is { } tag ? dataSet.Find(tag)
                : dataSet.Contains(new DicomTag(Group, 0x0010)) ? null
                : dataSet.Find(first);
        }

        /// <summary>The numbers of an element whose representation may be lost.</summary>
        private double[] Values(DicomElement element)
        {
            var bytes = element.Value;
            return (element.Vr == DicomVr.UN ? Vr : element.Vr) switch
            {
                DicomVr.FL => [.. Enumerable.Range(0, bytes.Length / 4)
                    .Select(i => (double)BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * 4)))],
                DicomVr.FD =>
                    [.. Enumerable.Range(0, bytes.Length / 8).Select(i => BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(i * 8)))],
                _ =>
                    [.. Encoding.Latin1.GetString(bytes).Split('\\')
                        .Select(text => double.TryParse(text.Trim(' ', '\0'), NumberStyles.Float, CultureInfo.InvariantCulture,
                            out var number) ? number : double.NaN).TakeWhile(double.IsFinite)],
            };
        }
    }
}
