using CsCheck;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Codecs.JpegLs;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Pixels;
using Tat.MLNet.Formats.Dicom.Reading;

namespace Tat.Tests.Formats.Dicom.Codecs;

[TestClass]
public class JpegLsTests
{
    private const string Syntax = "1.2.840.10008.1.2.4.81";

    /// <summary>Images, and streams of the test's own encoder with parameters that other programs do not write.</summary>
    private static readonly Gen<(CodecImage Image, int Near, int Reset, int Interval, int Seed)> _streams = Gen.Select(
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[2, 16], Gen.Bool,
            (rows, columns, bits, signed) => new CodecImage(rows, columns, bits, signed)),
        Gen.Int[0, 9], Gen.Int[3, 90], Gen.Int[0, 5], Gen.Int[0, 1000]);

    [TestMethod]
    public void Every_size_depth_error_and_parameter_is_decoded_as_encoded() => _streams.Sample(
        (image, near, reset, interval, seed) =>
        {
            near = Math.Min(near, (1 << image.Bits) / 4);
            var (encoded, expected) = Encode(image, near, reset, interval, seed);
            var decoded = StoredPixels.Unpack(JpegLsFrame.Decode(encoded, image.Layout), image.Layout);
            CollectionAssert.AreEqual(expected, decoded);
            var original = image.Samples(seed);

            // Signed numbers near the ends of their range are neighbours as samples only to their own side.
            Assert.IsTrue(image.Signed || original.Zip(decoded).All(pair => Math.Abs(pair.First - pair.Second) <= near));
        },
        iter: 300);

    [TestMethod]
    [DataRow(3, 2, 8, true)]
    [DataRow(0, 1, 12, false)]
    [DataRow(1, 7, 16, true)]
    public void Gdcm_reads_what_the_encoder_of_these_tests_writes_as_we_do(int near, int interval, int bits, bool writeParameters)
    {
        var image = new CodecImage(33, 17, bits, Signed: false);
        var maximum = (1 << bits) - 1;
        var large = bits > 8;
        int[] thresholds = [(large ? 18 : 3) + (3 * near), (large ? 67 : 7) + (5 * near), (large ? 276 : 21) + (7 * near)];
        var samples = image.Square(image.Samples(1));
        var encoded = new JpegLsEncoder(near, maximum, thresholds, 64).Encode(samples, bits, interval, writeParameters);

        using var files = new SyntheticDicom();
        var path = files.WriteEncapsulated(image.Describe(), Syntax, encoded);
        var raw = Path.Combine(files.Folder, "raw.dcm");
        var (exitCode, output) = Peer.Run("gdcmconv", "--raw", path, raw);
        Assert.AreEqual(0, exitCode, output);
        AssertSame(raw, path);
    }

    [TestMethod]
    [DataRow(12, false)]
    [DataRow(12, true)]
    [DataRow(9, false)]
    public void An_error_does_not_lead_from_one_end_of_the_range_to_the_other(int bits, bool signed)
    {
        var image = new CodecImage(33, 17, bits, signed);
        var (lowest, highest) = (image.Lowest, image.Lowest + (1 << bits) - 1);
        int[] samples = [.. Enumerable.Range(0, 33 * 17).Select(i => i / 17 < 16 ? highest - (i % 3) : lowest + (i % 5))];
        for (var near = 1; near <= 10; near++)
        {
            // A frame of more bits than are stored, as other programs write it; signed pixels are samples from the middle on.
            var square = new int[33, 17];
            foreach (var (i, sample) in samples.Index())
            {
                square[i / 17, i % 17] = sample & 0xFFFF;
            }

            var encoded = new JpegLsEncoder(near, 65535, [18 + (3 * near), 67 + (5 * near), 276 + (7 * near)], 64)
                .Encode(square, 16, 0, true);
            var decoded = StoredPixels.Unpack(JpegLsFrame.Decode(encoded, image.Layout), image.Layout);
            Assert.IsTrue(samples.Zip(decoded).All(pair => Math.Abs(pair.First - pair.Second) <= near), $"{near}");
        }
    }

    [TestMethod]
    [DataRow("dcmcjpls", "+el", true)]
    [DataRow("dcmcjpls", "+en +md 1", false)]
    [DataRow("dcmcjpls", "+en +md 20", false)]
    [DataRow("dcmcjpls", "+pc +t1 4 +t2 9 +t3 30 +rs 32", false)]
    [DataRow("gdcmconv", "--jpegls", true)]
    public void Streams_of_other_programs_are_decoded_bit_for_bit(string program, string options, bool encodesEverything)
    {
        CodecImage[] all = [new(1, 31, 12, false), new(31, 29, 10, false), new(33, 17, 8, false), new(65, 64, 12, false), new(
            1, 31, 12, true), new(33, 17, 16, true), new(255, 257, 16, false)];

        // DCMTK's encoder refuses or garbles signed and 16-bit images with an error or thresholds.
        foreach (var image in all.Where(image => encodesEverything || (image.Bits <= 12 && !image.Signed)))
        {
            using var files = new SyntheticDicom();
            var source = files.Write(image.Describe(), image.ToWords(image.Samples(2)));
            var (encoded, decoded) = (Path.Combine(files.Folder, "encoded.dcm"), Path.Combine(files.Folder, "decoded.dcm"));
            var (exitCode, output) = Peer.Run(program, [.. options.Split(' '), source, encoded]);
            Assert.AreEqual(0, exitCode, output);
            (exitCode, output) = Peer.Run("dcmdjpls", encoded, decoded);
            Assert.AreEqual(0, exitCode, output);
            AssertSame(decoded, encoded);
        }
    }

    [TestMethod]
    [DataRow(6, 0, "2 3 5", "2 3 4")]
    [DataRow(7, 1, "4 8 17", "5 8 11")]
    [DataRow(7, 2, "7 13 24", "8 13 18")]
    [DataRow(6, 3, "9 16 26", "11 18 25")]
    [DataRow(4, 1, "3 5 8", "5 8 11")]
    public void Below_8_bits_thresholds_that_are_not_told_are_those_of_the_standard_or_of_other_programs(
        int bits, int near, string standard, string others)
    {
        foreach (var thresholds in new[] { standard, others })
        {
            var unclear = 0;
            for (var seed = 0; seed < 60; seed++)
            {
                var image = new CodecImage(1 + (seed / 2), 1 + (seed % 7), bits, Signed: false);
                var samples = image.Square(image.Samples(seed));
                var encoded = new JpegLsEncoder(near, (1 << bits) - 1, Array.ConvertAll(thresholds.Split(' '), int.Parse), 64)
                    .Encode(samples, bits, writeParameters: false);
                try
                {
                    CollectionAssert.AreEqual(samples.Cast<int>().ToArray(),
                        StoredPixels.Unpack(JpegLsFrame.Decode(encoded, image.Layout), image.Layout), $"{image}");
                }
                catch (DicomDataException exception)
                {
                    Assert.Contains("does not tell its thresholds", exception.Message);
                    unclear++;
                    Assert.IsLessThan(100, samples.Length, "a larger image is understood in one way only");
                }
            }

            Assert.IsLessThan(20, unclear);
        }
    }

    [TestMethod]
    [DataRow("+pc")]
    [DataRow("+en +md 1")]
    [DataRow("+en +md 2")]
    [DataRow("+en +md 3 +pc")]
    public void Images_of_fewer_than_8_bits_by_DCMTK_are_decoded_as_it_does(string options)
    {
        foreach (var bits in new[] { 6, 7 })
        {
            using var files = new SyntheticDicom();
            var image = new CodecImage(40, 50, bits, Signed: false);
            var source = files.Write(image.Describe(), image.ToWords(image.Samples(2)));
            var (encoded, decoded) = (Path.Combine(files.Folder, "encoded.dcm"), Path.Combine(files.Folder, "decoded.dcm"));
            var (exitCode, output) = Peer.Run("dcmcjpls", [.. options.Split(' '), source, encoded]);
            Assert.AreEqual(0, exitCode, output);
            (exitCode, output) = Peer.Run("dcmdjpls", encoded, decoded);
            Assert.AreEqual(0, exitCode, output);
            AssertSame(decoded, encoded);
        }
    }

    [TestMethod]
    public void The_sign_is_that_of_the_precision_where_fewer_bits_are_coded_than_stored()
    {
        var image = new CodecImage(9, 9, 10, Signed: true);
        var (encoded, expected) = Encode(image, near: 0, reset: 64, interval: 0, seed: 3);
        var wider = image.Layout with { BitsStored = 16, HighBit = 15 };
        CollectionAssert.AreEqual(expected, StoredPixels.Unpack(JpegLsFrame.Decode(encoded, wider), wider));
    }

    [TestMethod]
    [DataRow("1.2.840.10008.1.2.1", false)]
    [DataRow("1.2.840.10008.1.2.4.70", false)]
    [DataRow("1.2.840.10008.1.2.4.80", false)]
    [DataRow("1.2.840.10008.1.2.4.81", true)]
    [DataRow("1.2.840.10008.1.2.4.90", false)]
    [DataRow("1.2.840.10008.1.2.4.91", true)]
    public void Near_lossless_syntaxes_are_lossy(string syntax, bool isLossy) =>
        Assert.AreEqual(isLossy, TransferSyntax.Of(syntax).IsLossy);

    [TestMethod]
    public void Damage_is_found()
    {
        var image = new CodecImage(20, 30, 12, Signed: false);
        var (encoded, _) = Encode(image, near: 0, reset: 64, interval: 4, seed: 4);
        void AssertRefused(string reason, byte[] stream, PixelLayout layout) =>
            Assert.Contains(reason, Assert.ThrowsExactly<DicomDataException>(() => JpegLsFrame.Decode(stream, layout)).Message);

        AssertRefused("damaged", [], image.Layout);
        AssertRefused("damaged", encoded[..^40], image.Layout);
        AssertRefused("20 × 30 pixels", encoded, image.Layout with { Rows = 30, Columns = 20 });
        AssertRefused("12 bits a sample", encoded, image.Layout with { BitsAllocated = 8 });

        var scan = encoded.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        AssertRefused("mapping table", [.. encoded[..(scan + 6)], 1, .. encoded[(scan + 7)..]], image.Layout);
        AssertRefused("gdcmconv --raw", [.. encoded[..(scan + 9)], 1, .. encoded[(scan + 10)..]], image.Layout);

        var marker = encoded.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xD1]);
        AssertRefused("damaged", [.. encoded[..marker], 0xFF, 0xD5, .. encoded[(marker + 2)..]], image.Layout);
        AssertRefused("damaged", [.. encoded[..marker], 1, 2, 3, .. encoded[marker..]], image.Layout);
    }

    /// <summary>Encodes an image without its sign, which the stream has no place for.</summary>
    private static (byte[] Encoded, int[] Decoded) Encode(CodecImage image, int near, int reset, int interval, int seed)
    {
        var maximum = (1 << image.Bits) - 1;
        int[] thresholds = [Math.Min(near + 1 + (maximum / 50), maximum), Math.Min(near + 2 + (maximum / 20), maximum), Math.Min(
            near + 3 + (maximum / 9), maximum)];
        var samples = image.Square(image.Samples(seed));
        var encoded = new JpegLsEncoder(near, maximum, thresholds, reset).Encode(samples, image.Bits, interval);
        var up = 32 - image.Bits;
        return (encoded, [.. samples.Cast<int>().Select(sample => image.Signed ? sample << up >> up : sample)]);
    }

    private static void AssertSame(string expectedPath, string actualPath)
    {
        using var expected = ImageFormats.Open(expectedPath);
        using var actual = ImageFormats.Open(actualPath);
        CollectionAssert.AreEqual(expected.ReadSlice(0).Pixels, actual.ReadSlice(0).Pixels);
    }
}
