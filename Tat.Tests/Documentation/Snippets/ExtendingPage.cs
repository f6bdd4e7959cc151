using Microsoft.ML;
using Tat.MLNet.Formats;
using Tat.MLNet.Training;
using Tat.Torch.Degradation;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Model;
using Tat.Torch.Tasks;
using Tat.Torch.Training;

namespace Tat.Tests.Documentation.Snippets;

/// <summary>The code of docs/extending.md.</summary>
internal static class ExtendingPage
{
    public static void Train()
    {
        // docs/extending.md
        var ml = new MLContext(seed: 42);
        var ultrasound = new RestorationTask("US", "echo amplitude", "intensity", new(0, 255));
        var options = new TatEstimator.Options
        {
            Tasks = new(ultrasound, RestorationTask.Ct),
            Network = TatNetworkOptions.Small,
            Training = TatTrainerOptions.Cpu,
        };
        var model = ml.ImageRestoration.Trainers.Tat(options).Fit(ml.ImageRestoration.LoadPairs("pairs"));
        // end
    }

    // docs/extending.md
    internal sealed class Halves : IImageRestorer
    {
        public TaskVocabulary Tasks => TaskVocabulary.Scans;

        public ModelCard Card { get; } = new() { Name = "Halves", Version = "1" };

        public IReadOnlyList<ImageSlice> Restore(
            IReadOnlyList<ImageSlice> images, IReadOnlyList<RestorationTask> tasks, IProgress<double>? progress = null, CancellationToken cancellationToken = default) =>
            [.. images.Select(image => new ImageSlice([.. image.Pixels.Select(pixel => pixel / 2)], image.Height, image.Width))];

        public void Dispose()
        {
        }
    }
    // end

    public static void Restore(MLContext ml)
    {
        // docs/extending.md
        var halves = ml.ImageRestoration.CreateTransformer(new Halves());
        var metrics = ml.ImageRestoration.Evaluate(halves.Transform(ml.ImageRestoration.LoadPairs("pairs")));
        // end
    }

    // docs/extending.md
    internal sealed class PlainFormat : IImageFormat
    {
        public string Name => "plain";

        public bool Recognizes(string path) => path.EndsWith(".plain", StringComparison.Ordinal);

        public IImageScan Open(string path) => File.ReadAllBytes(path) is [var rows, var columns, .. var pixels] && pixels.Length == rows * columns
            ? new PlainScan(path, this, new([.. pixels.Select(pixel => (float)pixel)], rows, columns))
            : throw new ImageFormatException(path, "it is cut short.");

        public void WriteDerived(
            IImageScan source, string destination, IEnumerable<ImageSlice> slices, DerivedImageOptions? options = null, CancellationToken cancellationToken = default) =>
            File.WriteAllBytes(destination, [(byte)source.Rows, (byte)source.Columns, .. slices.Single().Pixels.Select(pixel => (byte)Math.Clamp(pixel, 0, 255))]);
    }

    internal sealed class PlainScan(string path, IImageFormat format, ImageSlice slice) : IImageScan
    {
        public string Path => path;

        public IImageFormat Format => format;

        public int Rows => slice.Height;

        public int Columns => slice.Width;

        public int SliceCount => 1;

        public string? Modality => null;

        public string? Unit => null;

        public double? RowSpacing => null;

        public double? ColumnSpacing => null;

        public double? SliceSpacing => null;

        public IReadOnlyDictionary<string, string> Properties { get; } = new Dictionary<string, string>();

        public ImageSlice ReadSlice(int index) => slice;

        public void Dispose()
        {
        }
    }
    // end

    public static void Register()
    {
        // docs/extending.md
        ImageFormats.Register(new PlainFormat());
        // end
    }

    // docs/extending.md
    internal sealed class Dimming : IDegradation
    {
        public RestorationTask Task => RestorationTask.Ct;

        public ImagePair Degrade(ImageSlice image, double pixelSpacing, ulong seed, string name) =>
            new(new([.. image.Pixels.Select(pixel => (pixel * 0.8f) - 205)], image.Height, image.Width), image, name);
    }
    // end
}
