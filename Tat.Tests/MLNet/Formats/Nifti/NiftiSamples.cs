using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Nifti;
using Tat.Torch.Imaging;

namespace Tat.Tests.Formats.Nifti;

/// <summary>Volumes that the tests of this folder share.</summary>
internal static class NiftiSamples
{
    public static IEnumerable<ImageSlice> SlicesOf(IImageScan scan) => Enumerable.Range(0, scan.SliceCount).Select(scan.ReadSlice);

    public static NiftiFile FileOf(IImageScan scan) => ((NiftiScan)scan).File;

    /// <summary>Writes a volume of 4-byte floats 0, 1, 2, … and returns its path.</summary>
    public static string WriteRamp(string path, int rows = 3, int columns = 4, int slices = 2)
    {
        var values = Enumerable.Range(0, rows * columns * slices).Select(i => (float)i).Chunk(rows * columns);
        new NiftiFormat().Write(path, [.. values.Select(pixels => new ImageSlice(pixels, rows, columns))], 2, 1.5, 3);
        return path;
    }

    /// <summary>Writes a volume of white noise, whose k-space is full, and returns its path.</summary>
    public static string WriteNoise(string path, int rows = 24, int columns = 20, int slices = 2)
    {
        var random = new Random(7);
        new NiftiFormat().Write(path,
        [
            .. Enumerable.Range(0, slices).Select(_ => new ImageSlice(
                [.. Enumerable.Range(0, rows * columns).Select(_ => 100 + (100 * random.NextSingle()))], rows, columns)),
        ], 2, 1.5, 3);
        return path;
    }
}
