using Microsoft.ML;
using Tat.Torch.Baselines;
using Tat.Torch.Imaging;
using Tat.Torch.Metrics;

namespace Restoration;

/// <content>Evaluation.</content>
public static partial class RestorationModel
{
    /// <summary>Measures a model beside filters, each tuned for its task, and beside the images as they are.</summary>
    /// <param name="ml">The context.</param>
    /// <param name="model">The model.</param>
    /// <param name="pairs">Pairs that it was not trained on, as from <c>ml.ImageRestoration.LoadPairs(folder, "test")</c>.</param>
    /// <returns>For each task the means of its images by method.</returns>
    public static IReadOnlyList<MethodQuality> Evaluate(MLContext ml, ITransformer model, IDataView pairs)
    {
        var tasks = ml.ImageRestoration.FindRestoration(model).Tasks;
        var measured = new List<(string Task, string Method, ImageQuality Quality)>();
        foreach (var row in ml.Data.CreateEnumerable<ScoredPair>(model.Transform(pairs), reuseRowObject: false))
        {
            var task = tasks[row.Task];
            var reference = row.Image(row.HighQuality);
            void Measure(string method, ImageSlice image) =>
                measured.Add((task.Name, method, ImageQuality.Measure(image, reference, task.MetricWindow)));

            var input = row.Image(row.LowQuality);
            Measure("Input", input);
            foreach (var filter in StandardFilters.For(task))
            {
                Measure(filter.Name, filter.Apply(input));
            }

            Measure("Model", row.Image(row.Restored));
        }

        return
        [
            .. measured.GroupBy(image => (image.Task, image.Method)).Select(group =>
                MethodQuality.Of(group.Key.Task, group.Key.Method, QualitySummary.Of(group.Select(image => image.Quality)))),
        ];
    }

    /// <summary>How close a method brings images to their references.</summary>
    /// <param name="Task">The images' task.</param>
    /// <param name="Method">What was done: Input for nothing, a filter, or Model.</param>
    /// <param name="Images">How many images there are.</param>
    /// <param name="Psnr">Mean peak signal-to-noise ratio in dB; more is better.</param>
    /// <param name="Ssim">Mean structural similarity, at most 1.</param>
    /// <param name="Rmse">Mean root of the mean squared error, in the task's unit.</param>
    public sealed record MethodQuality(string Task, string Method, int Images, double Psnr, double Ssim, double Rmse)
    {
        internal static MethodQuality Of(string task, string method, QualitySummary summary) =>
            new(task, method, summary.Images, summary.Psnr.Mean, summary.Ssim.Mean, summary.Rmse.Mean);
    }

    private sealed class ScoredPair
    {
        public float[] LowQuality { get; set; } = [];

        public float[] HighQuality { get; set; } = [];

        public float[] Restored { get; set; } = [];

        public int Height { get; set; }

        public int Width { get; set; }

        public float VolumeLevel { get; set; }

        public string Task { get; set; } = "";

        public ImageSlice Image(float[] pixels) => new(pixels, Height, Width) { VolumeLevel = VolumeLevel };
    }
}
