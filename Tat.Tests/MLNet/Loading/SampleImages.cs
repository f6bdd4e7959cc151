using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Nifti;
using Tat.Tests.Formats;
using Tat.Torch.Imaging;

namespace Tat.Tests.Loading;

/// <summary>Small image files in the published folder layout, and a way to count what is opened and read.</summary>
internal static class SampleImages
{
    /// <summary>Writes a file whose slice s has the values first + s·1000 + pixel.</summary>
    public static string Write(string path, float first = 0, int rows = 6, int columns = 8, int slices = 1)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var images = Enumerable.Range(0, slices)
            .Select(slice =>
                new ImageSlice([.. Enumerable.Range(0, rows * columns).Select(pixel => first + (slice * 1000) + pixel)], rows, columns));
        new NiftiFormat().Write(path, [.. images], 1, 1, 1);
        return path;
    }

    /// <summary>Two files per task and split: a.nii with two slices of 6 × 8, b.nii with one of 5 × 4; HQ is LQ + 0.5.</summary>
    public static string WriteLayout(TemporaryFolder folder, params string[] tasks)
    {
        foreach (var task in tasks)
        {
            foreach (var split in new[] { "train", "test" })
            {
                foreach (var (quality, offset) in new[] { ("LQ", 0f), ("HQ", 0.5f) })
                {
                    Write(folder[$"{task}/{split}/{quality}/a.nii"], 10 + offset, slices: 2);
                    Write(folder[$"{task}/{split}/{quality}/b.nii"], 20 + offset, 5, 4);
                }
            }
        }

        return folder.Path;
    }
}

/// <summary>Opens images and counts it.</summary>
internal sealed class CountingOpener
{
    private int _opened;
    private int _pixelReads;
    private int _open;

    public int Opened => _opened;

    public int PixelReads => _pixelReads;

    public int StillOpen => _open;

    public IImageScan Open(string path)
    {
        Interlocked.Increment(ref _opened);
        Interlocked.Increment(ref _open);
        return new Scan(this, ImageFormats.Open(path));
    }

    private sealed class Scan(CountingOpener counter, IImageScan inner) : IImageScan
    {
        public string Path => inner.Path;

        public IImageFormat Format => inner.Format;

        public int Rows => inner.Rows;

        public int Columns => inner.Columns;

        public int SliceCount => inner.SliceCount;

        public string? Modality => inner.Modality;

        public string? Unit => inner.Unit;

        public double? RowSpacing => inner.RowSpacing;

        public double? ColumnSpacing => inner.ColumnSpacing;

        public double? SliceSpacing => inner.SliceSpacing;

        public IReadOnlyDictionary<string, string> Properties => inner.Properties;

        public ImageSlice ReadSlice(int index)
        {
            Interlocked.Increment(ref counter._pixelReads);
            return inner.ReadSlice(index);
        }

        public void Dispose()
        {
            Interlocked.Decrement(ref counter._open);
            inner.Dispose();
        }
    }
}
