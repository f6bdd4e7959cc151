using System.Globalization;
using Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000;
using Tat.MLNet.Formats.Dicom.Codecs.JpegLs;

namespace Tat.Tests.Formats.Dicom.Codecs;

/// <summary>
/// Decodes images of 512 × 512, and prints how long that takes beside OpenJPEG: <c>dotnet run -c Release --project Tat.Tests -- --filter
/// "FullyQualifiedName~CodecSpeedTests" --output Detailed</c>.
/// </summary>
[TestClass]
public class CodecSpeedTests
{
    private const int Turns = 9;
    private static readonly CodecImage _image = new(512, 512, 12, Signed: false);

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DoNotParallelize]
    [DataRow("", 0)]
    [DataRow("-I -r 8", 1)]
    public void Jpeg_2000_of_a_slice_decodes_as_with_OpenJPEG(string options, int tolerance)
    {
        var stream = OpenJpeg.Compress(_image, _image.Samples(1), options);
        var expected = OpenJpeg.Decompress(_image, stream);
        var decoded = Words(Jpeg2000Frame.Decode(stream, _image.Layout));
        Assert.IsTrue(expected.Zip(decoded).All(pair => Math.Abs(pair.First - pair.Second) <= tolerance));
        Tell($"JPEG 2000 {options}", () => Jpeg2000Frame.Decode(stream, _image.Layout),
            FormattableString.Invariant($", and a run of opj_decompress {OpenJpeg.MeasureDecompression(stream):F0} ms"));
    }

    [TestMethod]
    [DoNotParallelize]
    public void Jpeg_LS_of_a_slice_decodes()
    {
        var samples = _image.Samples(1);
        var stream = new JpegLsEncoder(0, 4095, [18, 67, 276], 64).Encode(_image.Square(samples), 12, 0);
        CollectionAssert.AreEqual(samples, Words(JpegLsFrame.Decode(stream, _image.Layout)));
        Tell("JPEG-LS", () => JpegLsFrame.Decode(stream, _image.Layout), "");
    }

    private void Tell(string what, Action decode, string other)
    {
        var times = Enumerable.Range(0, Turns).Select(_ =>
        {
            var before = Environment.CpuUsage.TotalTime;
            decode();
            return (Environment.CpuUsage.TotalTime - before).TotalMilliseconds;
        }).Order().ToArray();
        TestContext.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{what} of 512 x 512: {times[Turns / 2]:F0} ms of the processor, median of {Turns}{other}"));
    }

    private static int[] Words(byte[] frame) =>
        [.. Enumerable.Range(0, frame.Length / 2).Select(i => (int)BitConverter.ToUInt16(frame, 2 * i))];
}
