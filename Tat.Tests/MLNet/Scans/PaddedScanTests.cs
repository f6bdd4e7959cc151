using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Scans;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Dicom;
using Tat.Tests.Formats.Nifti;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Model;
using Tat.Torch.Tasks;

namespace Tat.Tests.Scans;

/// <summary>MR images with pixels outside the image, whose values none in it has.</summary>
[TestClass]
public sealed class PaddedScanTests
{
    private const int Side = 32, Columns = 6;
    private static readonly TaskVocabulary _tasks = new([RestorationTask.MriByVolume, RestorationTask.Ct]);

    [TestMethod]
    [DataRow(65535, SlicePlane.Acquisition)]
    [DataRow(65535, SlicePlane.Coronal)]
    [DataRow(0, SlicePlane.Acquisition)]
    public void Padding_has_no_part_in_the_scale_of_a_scan_and_comes_back_as_it_was(int padding, SlicePlane plane)
    {
        using var folder = new TemporaryFolder();
        using var plain = Write(null);
        using var padded = Write(padding);
        using var restorer = new Watching();
        var options = new ScanRestorationOptions { Reading = new() { Plane = plane } };
        restorer.RestoreScan(plain.Folder, folder["plain.nii"], options);
        var (level, brightest) = (restorer.Level, restorer.Brightest);
        foreach (var name in new[] { "padded.nii", "padded" })
        {
            restorer.RestoreScan(padded.Folder, folder[name], options);
            Assert.AreEqual(level, restorer.Level, 0.1 * level);
            Assert.IsLessThanOrEqualTo(brightest, restorer.Brightest);
            using var restored = ImageFormats.Open(folder[name]);
            using var source = ImageFormats.Open(padded.Folder);
            var (before, after) = (source.ReadSlice(1).Pixels, restored.ReadSlice(1).Pixels);
            for (var i = 0; i < before.Length; i++)
            {
                var isPadding = i % Side < Columns;
                if (!isPadding || (padding != 0 && name == "padded.nii"))
                {
                    Assert.AreEqual(isPadding ? padding : before[i] + 1, after[i], 0.5f, $"{name}, pixel {i}");
                }
            }
        }
    }

    [TestMethod]
    public void Padding_does_not_ring_into_the_image_of_a_finer_grid()
    {
        using var folder = new TemporaryFolder();
        using var padded = Write(65535);
        using var restorer = new Watching();
        restorer.RestoreScan(padded.Folder, folder["out"],
            new() { Reading = new() { Upsampling = new(2, 2) }, Derived = new() { WriteDifference = true } });
        using var source = ImageFormats.Open(padded.Folder);
        var largest = source.ReadSlice(0).Pixels.Where(value => value < 65535).Max();
        using var restored = ImageFormats.Open(folder["out/restored"]);
        using var difference = ImageFormats.Open(folder["out/difference"]);
        Assert.AreEqual((2 * Side, 2 * Side), (restored.Rows, restored.Columns));
        Assert.IsLessThan(1.5 * largest, NiftiSamples.SlicesOf(restored).Max(slice => slice.Pixels.Max()));
        Assert.IsLessThan(2.0, NiftiSamples.SlicesOf(difference).Max(slice => slice.Pixels.Max(Math.Abs)));
    }

    /// <summary>A series with noise that fills its k-space; the first columns are padding, where there is any.</summary>
    private static SyntheticDicom Write(int? padding)
    {
        var (files, random) = (new SyntheticDicom(), new Random(1));
        for (var number = 1; number <= 4; number++)
        {
            var data = SyntheticDicom.Slice(number, number);
            data.SetText(Tags.Modality, DicomVr.CS, "MR");
            data.SetText(Tags.SopClassUid, DicomVr.UI, "1.2.840.10008.5.1.4.1.1.4");
            data.SetText(Tags.RescaleIntercept, DicomVr.DS, "0");
            data.SetUnsigned(Tags.PixelRepresentation, 0);
            data.SetUnsigned(Tags.Rows, Side);
            data.SetUnsigned(Tags.Columns, Side);
            if (padding is { } value)
            {
                data.SetUnsigned(Tags.PixelPaddingValue, (ushort)value);
            }

            var pixels = new byte[2 * Side * Side];
            for (var i = 0; i < Side * Side; i++)
            {
                var pixel = random.Next(100, 900);
                BitConverter.TryWriteBytes(pixels.AsSpan(2 * i), (ushort)(i % Side < Columns && padding is { } other ? other : pixel));
            }

            files.Write(data, pixels, $"{number}.dcm");
        }

        return files;
    }

    /// <summary>Adds one to all pixels, and remembers what it gets.</summary>
    private sealed class Watching : IImageRestorer
    {
        private readonly Increment _inner = new(_tasks);

        public float Level { get; private set; }

        public float Brightest { get; private set; }

        public TaskVocabulary Tasks => _tasks;

        public ModelCard Card => _inner.Card;

        public IReadOnlyList<ImageSlice> Restore(IReadOnlyList<ImageSlice> images, IReadOnlyList<RestorationTask> tasks,
            IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        {
            (Level, Brightest) = (images[0].VolumeLevel ?? 0, images[0].Pixels.Max());
            return _inner.Restore(images, tasks, progress, cancellationToken);
        }

        public void Dispose() => _inner.Dispose();
    }
}
