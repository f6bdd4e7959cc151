using Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000;
using Tat.MLNet.Formats.Dicom.Codecs.JpegLs;
using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.Tests.Formats.Dicom.Codecs;

/// <summary>Decodes damaged frames; see <see cref="Mutants"/>.</summary>
[TestClass]
public class CodecFuzzTests
{
    private const int HeaderBytes = 160;

    private static readonly CodecImage _image = new(40, 50, 12, Signed: false);

    [TestMethod]
    public void Damaged_JPEG_LS_frames_are_decoded_or_refused()
    {
        byte[] Encode(int near, int reset, int interval) =>
            new JpegLsEncoder(near, (1 << _image.Bits) - 1, [18 + (3 * near), 67 + (5 * near), 276 + (7 * near)], reset).Encode(
                _image.Square(_image.Samples(near)), _image.Bits, interval);
        Mutants.Read<DicomDataException>("jpeg-ls", [Encode(0, 64, 0), Encode(3, 10, 7), Encode(0, 200, 1)], HeaderBytes,
            mutant => JpegLsFrame.Decode(mutant, _image.Layout));
    }

    [TestMethod]
    public void Damaged_JPEG_2000_frames_are_decoded_or_refused()
    {
        byte[] Compress(string options) => OpenJpeg.Compress(_image, _image.Samples(1), options);
        var packets = Compress("-SOP -EPH -t 20,30 -n 3 -TP R -r 4,1");
        byte[][] sources =
        [
            packets,
            PackedHeaders.IntoTiles(packets),
            PackedHeaders.IntoMain(packets),
            .. new[]
            {
                "", "-I -r 10", "-n 3 -c [16,16],[8,8] -p PCRL -r 3,1", "-M 63 -b 16,16", "-M 1 -r 5,1 -p RPCL",
                "-n 5 -POC T0=0,0,1,3,1,LRCP/T0=0,0,2,5,1,RPCL -r 4,1",
            }.Select(Compress),
        ];
        Mutants.Read<DicomDataException>("jpeg-2000", sources, HeaderBytes, mutant => Jpeg2000Frame.Decode(mutant, _image.Layout));
    }
}
