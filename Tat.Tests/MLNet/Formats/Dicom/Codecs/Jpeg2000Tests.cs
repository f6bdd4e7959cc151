using System.Globalization;
using System.Text;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000;
using Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Blocks;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Pixels;

namespace Tat.Tests.Formats.Dicom.Codecs;

[TestClass]
public class Jpeg2000Tests
{
    private const string Lossless = "1.2.840.10008.1.2.4.90";

    private static readonly CodecImage _unsigned = new(70, 131, 12, Signed: false);
    private static readonly CodecImage _signed = new(67, 50, 16, Signed: true);

    [TestMethod]
    [DataRow("")]
    [DataRow("-n 1")]
    [DataRow("-n 2 -b 4,4")]
    [DataRow("-b 1024,4")]
    [DataRow("-b 16,64 -SOP -EPH")]
    [DataRow("-t 50,37 -n 5 -p RLCP")]
    [DataRow("-t 64,64 -p RPCL -c [32,32],[64,64]")]
    [DataRow("-p PCRL -c [128,64],[64,64]")]
    [DataRow("-p CPRL -t 48,40 -n 5 -TP R")]
    [DataRow("-p LRCP -r 20,10,1")]
    [DataRow("-p RLCP -r 40,20,10,1 -c [128,128],[64,64]")]
    [DataRow("-p RPCL -r 8,1 -t 50,61 -n 4 -SOP")]
    [DataRow("-p PCRL -r 3,1 -n 3 -c [16,32],[8,8]")]
    [DataRow("-M 1")]
    [DataRow("-M 2")]
    [DataRow("-M 4")]
    [DataRow("-M 8")]
    [DataRow("-M 16")]
    [DataRow("-M 32")]
    [DataRow("-M 63")]
    [DataRow("-M 1 -r 10,5,1")]
    [DataRow("-M 5 -r 10,1")]
    [DataRow("-M 13 -b 32,32")]
    [DataRow("-d 7,9 -T 2,3 -t 33,29 -n 4")]
    [DataRow("-TLM -PLT -TP L -r 4,2,1")]
    [DataRow("-n 6 -POC T0=0,0,1,3,1,LRCP/T0=0,0,2,6,1,RPCL -r 4,1")]
    [DataRow("-GuardBits 4")]
    public void Lossless_streams_of_OpenJPEG_give_the_original(string options)
    {
        foreach (var image in new[] { _unsigned, _signed })
        {
            var samples = image.Samples(1);
            CollectionAssert.AreEqual(samples, Decode(image, OpenJpeg.Compress(image, samples, options)));
        }
    }

    [TestMethod]
    public void A_region_of_interest_is_brought_down_again()
    {
        var image = _unsigned with { Bits = 8 };
        var samples = image.Samples(2);
        CollectionAssert.AreEqual(samples, Decode(image, OpenJpeg.Compress(image, samples, "-ROI c=0,U=11")));
    }

    [TestMethod]
    [DataRow(1, 1)]
    [DataRow(1, 20)]
    [DataRow(17, 34)]
    [DataRow(23, 1)]
    [DataRow(17, 33)]
    public void Every_depth_is_decoded_in_odd_sizes(int rows, int columns)
    {
        // OpenJPEG does not take an odd number of samples of odd depth.
        foreach (var bits in Enumerable.Range(1, 16).Where(bits => (rows & columns & bits & 1) == 0))
        {
            var image = new CodecImage(rows, columns, bits, Signed: bits > 1 && bits % 2 == rows % 2);
            var samples = image.Samples(bits);
            CollectionAssert.AreEqual(samples, Decode(image, OpenJpeg.Compress(image, samples, "")), $"{bits} bits");
        }
    }

    [TestMethod]
    [DataRow("-r 10", 0)]
    [DataRow("-q 30,40 -M 8", 0)]
    [DataRow("-r 15 -M 1", 0)]
    [DataRow("-r 7 -M 13", 0)]
    [DataRow("-I", 1)]
    [DataRow("-I -n 1", 1)]
    [DataRow("-I -r 40,20,10,5 -p RPCL", 1)]
    [DataRow("-I -t 50,37 -n 5 -r 8", 1)]
    [DataRow("-I -d 3,5 -T 1,2 -t 31,33 -n 5", 1)]
    public void Lossy_streams_of_OpenJPEG_are_decoded_as_by_it(string options, int tolerance)
    {
        foreach (var image in new[] { _unsigned, _unsigned with { Rows = 1, Columns = 9 }, _signed with { Bits = 10 } })
        {
            if (image.Rows > 1 || !options.Contains("-t ", StringComparison.Ordinal))
            {
                var stream = OpenJpeg.Compress(image, image.Samples(3), options);
                AssertNear(OpenJpeg.Decompress(image, stream), Decode(image, stream), tolerance);
            }
        }
    }

    [TestMethod]
    public void The_scaling_of_the_irreversible_transform_is_exact_to_sixteen_bits()
    {
        // OpenJPEG's own decoder is off by three here.
        var samples = _signed.Samples(4);
        AssertNear(samples, Decode(_signed, OpenJpeg.Compress(_signed, samples, "-I")), tolerance: 1);
    }

    [TestMethod]
    public void Packet_headers_may_stand_in_the_main_header_or_in_those_of_tile_parts()
    {
        var samples = _unsigned.Samples(5);
        var stream = OpenJpeg.Compress(_unsigned, samples, "-SOP -EPH -t 64,64 -TP R -r 4,1");
        foreach (var moved in new[] { PackedHeaders.IntoTiles(stream), PackedHeaders.IntoMain(stream) })
        {
            CollectionAssert.AreEqual(samples, OpenJpeg.Decompress(_unsigned, moved));
            CollectionAssert.AreEqual(samples, Decode(_unsigned, moved));
        }
    }

    [TestMethod]
    public void Gdcm_writes_what_is_read_bit_for_bit()
    {
        foreach (var image in new[] { _unsigned, _signed, new(255, 257, 16, false), new(33, 31, 8, false) })
        {
            using var files = new SyntheticDicom();
            var source = files.Write(image.Describe(), image.ToWords(image.Samples(6)));
            var encoded = Path.Combine(files.Folder, "encoded.dcm");
            var (exitCode, output) = Peer.Run("gdcmconv", "--j2k", source, encoded);
            Assert.AreEqual(0, exitCode, output);
            using var expected = ImageFormats.Open(source);
            using var actual = ImageFormats.Open(encoded);
            Assert.Contains("JPEG 2000", actual.Properties["Transfer syntax"]);
            CollectionAssert.AreEqual(expected.ReadSlice(0).Pixels, actual.ReadSlice(0).Pixels);
        }
    }

    [TestMethod]
    public void Frames_in_several_fragments_are_found_by_their_first_markers()
    {
        var data = _unsigned.Describe();
        data.SetText(Tags.NumberOfFrames, DicomVr.IS, "2");
        var (first, second) = (_unsigned.Samples(7), _unsigned.Samples(8));
        var (a, b) = (OpenJpeg.Compress(_unsigned, first, ""), OpenJpeg.Compress(_unsigned, second, ""));
        using var files = new SyntheticDicom();
        var path = files.WriteEncapsulated(data, Lossless, a[..400], a[400..], b[..500], b[500..600], b[600..]);
        using var scan = ImageFormats.Open(path);
        CollectionAssert.AreEqual(Array.ConvertAll(first, sample => sample - 1024f), scan.ReadSlice(0).Pixels);
        CollectionAssert.AreEqual(Array.ConvertAll(second, sample => sample - 1024f), scan.ReadSlice(1).Pixels);
    }

    [TestMethod]
    public void The_sign_is_that_of_the_object_and_the_depth_that_of_the_stream()
    {
        var (signed, unsigned) = (new CodecImage(20, 20, 13, Signed: true), new CodecImage(20, 20, 13, Signed: false));
        var samples = signed.Samples(9);
        var asUnsigned = OpenJpeg.Compress(unsigned, Array.ConvertAll(samples, sample => sample & 0x1FFF), "");
        CollectionAssert.AreEqual(samples, Decode(signed, asUnsigned));

        var layout = signed.Layout with { BitsStored = 16, HighBit = 15 };
        CollectionAssert.AreEqual(samples, StoredPixels.Unpack(Jpeg2000Frame.Decode(asUnsigned, layout), layout));

        var asSigned = OpenJpeg.Compress(signed, samples, "");
        CollectionAssert.AreEqual(Array.ConvertAll(samples, sample => sample & 0x1FFF), Decode(unsigned, asSigned));
    }

    [TestMethod]
    public void Damage_is_found()
    {
        var stream = OpenJpeg.Compress(_unsigned, _unsigned.Samples(10), "-b 64,64");
        AssertRefused("damaged", []);
        AssertRefused("damaged", stream[..^20]);
        AssertRefused("damaged", [.. stream[..300], .. new byte[200], .. stream[500..]]);
        AssertRefused("70 × 131 pixels", stream, _unsigned.Layout with { Rows = 131, Columns = 70 });
        AssertRefused("12 bits a sample", stream, _unsigned.Layout with { BitsAllocated = 8 });
    }

    [TestMethod]
    public void What_cannot_be_decoded_is_named()
    {
        var stream = OpenJpeg.Compress(_unsigned, _unsigned.Samples(11), "");
        var style = stream.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0x52]);
        AssertRefused("High-Throughput", [.. stream[..(style + 12)], 0x40, .. stream[(style + 13)..]]);
        AssertRefused("High-Throughput", [.. stream[..style], 0xFF, 0x50, 0, 8, 0, 2, 0, 0, 0, 0, .. stream[style..]]);
        AssertRefused("Part 2", [.. stream[..style], 0xFF, 0x76, 0, 4, 0, 0, .. stream[style..]]);
        AssertRefused("gdcmconv --raw", [.. stream[..style], 0xFF, 0x76, 0, 4, 0, 0, .. stream[style..]]);

        // 512 × 512 pixels that are said to be in precincts of 2 × 2.
        var large = _unsigned with { Rows = 512, Columns = 512 };
        var precincts = OpenJpeg.Compress(large, new int[512 * 512], "-n 2 -c [256,256],[128,128]");
        style = precincts.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0x52]);
        AssertRefused("precincts", [.. precincts[..(style + 14)], 0x11, 0x11, .. precincts[(style + 16)..]], large.Layout);

        using var files = new SyntheticDicom();
        var path = files.WriteEncapsulated(_unsigned.Describe(), "1.2.840.10008.1.2.4.201", stream);
        var exception = Assert.ThrowsExactly<ImageFormatException>(() => ImageFormats.Open(path));
        Assert.Contains("High-Throughput JPEG 2000", exception.Message);
        Assert.Contains("gdcmconv --raw", exception.Message);
    }

    [TestMethod]
    public void Files_with_boxes_are_read_unless_samples_are_indices()
    {
        byte[] Box(string type, params byte[] content) =>
            [0, 0, (byte)((content.Length + 8) >> 8), (byte)(content.Length + 8), .. Encoding.ASCII.GetBytes(type), .. content];
        var samples = _unsigned.Samples(12);
        var stream = OpenJpeg.Compress(_unsigned, samples, "");
        byte[] start = [.. Box("jP  ", 0x0D, 0x0A, 0x87, 0x0A), .. Box("ftyp", [.. "jp2 "u8])];
        CollectionAssert.AreEqual(
            samples, Decode(_unsigned, [.. start, .. Box("jp2h", Box("ihdr", new byte[14])), .. Box("jp2c", stream)]));
        CollectionAssert.AreEqual(samples, Decode(_unsigned, [.. start, 0, 0, 0, 0, .. "jp2c"u8, .. stream]));
        CollectionAssert.AreEqual(samples, Decode(_unsigned,
            [.. start, 0, 0, 0, 1, .. "jp2c"u8, .. new byte[6], (byte)((stream.Length + 16) >> 8), (byte)(stream.Length + 16), .. stream]));
        AssertRefused("palette", [.. start, .. Box("jp2h", [.. Box("ihdr", new byte[14]), .. Box("pclr", 1, 0)]), .. Box("jp2c", stream)]);
        AssertRefused("damaged", start);
    }

    [TestMethod]
    public void The_arithmetic_decoder_gives_the_test_sequence_of_the_standard()
    {
        // ITU-T T.88, annex H.2: one context.
        var encoded = Convert.FromHexString("84C73BFCE1A1430402200000410DBB86F4317FFF88FF37471ADB6ADFFFAC");
        var bits = new MqDecoder(encoded, new uint[] { MqStates.Initial(0) });
        var decoded = new byte[32];
        for (var i = 0; i < 8 * decoded.Length; i++)
        {
            decoded[i / 8] |= (byte)((bits.Decode(0) ? 0x80 : 0) >> (i % 8));
        }

        Assert.AreEqual("00020051000000C00352872AAAAAAAAA82C02000FCD79EF6BF7FED904F46A3BF", Convert.ToHexString(decoded));
    }

    private static int[] Decode(CodecImage image, byte[] stream) =>
        StoredPixels.Unpack(Jpeg2000Frame.Decode(stream, image.Layout), image.Layout);

    private static void AssertNear(int[] expected, int[] actual, int tolerance)
    {
        var largest = expected.Zip(actual).Max(pair => Math.Abs(pair.First - pair.Second));
        Assert.IsLessThanOrEqualTo(tolerance, largest, string.Create(CultureInfo.InvariantCulture, $"off by {largest}"));
    }

    private static void AssertRefused(string reason, byte[] stream, PixelLayout? layout = null) =>
        Assert.Contains(
            reason, Assert.ThrowsExactly<DicomDataException>(() => Jpeg2000Frame.Decode(stream, layout ?? _unsigned.Layout)).Message);
}
