using System.Globalization;

namespace Tat.Tests.Formats.Dicom.Codecs;

/// <summary>Compresses and decompresses with OpenJPEG; the test is inconclusive where that is not installed.</summary>
internal static class OpenJpeg
{
    /// <summary>Compresses samples into a codestream.</summary>
    /// <param name="image">What the samples are.</param>
    /// <param name="samples">The samples.</param>
    /// <param name="options">Options of opj_compress.</param>
    public static byte[] Compress(CodecImage image, int[] samples, string options)
    {
        using var files = new SyntheticDicom();
        var (source, target) = (Path.Combine(files.Folder, "image.rawl"), Path.Combine(files.Folder, "image.j2k"));
        File.WriteAllBytes(source, image.ToWords(samples));
        var levels = Math.Min(6, 1 + (int)Math.Log2(Math.Min(image.Rows, image.Columns)));
        string[] arguments =
        [
            "-i", source, "-o", target,
            "-F", string.Create(CultureInfo.InvariantCulture, $"{image.Columns},{image.Rows},1,{image.Bits},{(image.Signed ? 's' : 'u')}"),
            .. options.Contains("-n ", StringComparison.Ordinal) ? (string[])[] : ["-n", levels.ToString(CultureInfo.InvariantCulture)],
            .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        ];
        var (exitCode, output) = Peer.Run("opj_compress", arguments);
        Assert.AreEqual(0, exitCode, output);
        return File.ReadAllBytes(target);
    }

    /// <summary>How many milliseconds of the processor a run of opj_decompress takes, which starts and writes a file, too.</summary>
    public static double MeasureDecompression(byte[] stream)
    {
        using var files = new SyntheticDicom();
        var source = Path.Combine(files.Folder, "image.j2k");
        File.WriteAllBytes(source, stream);
        const string code = """
            import resource, subprocess, sys
            for _ in range(9):
                subprocess.run(["opj_decompress", "-i", sys.argv[1], "-o", sys.argv[1] + ".rawl"], check=True, stdout=subprocess.DEVNULL)
            print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime / 9 * 1000)
            """;
        return DicomTable.Number(Peer.Python(code, source).Trim());
    }

    /// <summary>Decompresses a codestream.</summary>
    public static int[] Decompress(CodecImage image, byte[] stream)
    {
        using var files = new SyntheticDicom();
        var (source, target) = (Path.Combine(files.Folder, "image.j2k"), Path.Combine(files.Folder, "image.rawl"));
        File.WriteAllBytes(source, stream);
        var (exitCode, output) = Peer.Run("opj_decompress", "-i", source, "-o", target);
        Assert.AreEqual(0, exitCode, output);
        var words = File.ReadAllBytes(target);
        var up = 32 - image.Bits;
        return [.. Enumerable.Range(0, image.Rows * image.Columns)
            .Select(i => image.BitsAllocated == 8 ? words[i] : BitConverter.ToUInt16(words, 2 * i))
            .Select(word => image.Signed ? word << up >> up : word)];
    }
}
