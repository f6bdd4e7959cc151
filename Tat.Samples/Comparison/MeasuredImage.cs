using System.Globalization;
using Tat.Torch.Baselines;
using Tat.Torch.Files;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Metrics;
using Tat.Torch.Tasks;

namespace Tat.Samples.Comparison;

/// <summary>How one image came out by each method.</summary>
internal sealed record MeasuredImage(
    RestorationTask Task, string Group, string Name, int Slice, double NoiseEstimate, IReadOnlyList<MethodScore> Scores)
{
    /// <summary>What an image is called before anything was done, what the model has made of it, and what it should equal.</summary>
    public const string Input = "Input", Model = "Model", Reference = "Reference";

    /// <summary>What is called what the model has made of an image, with the local means of the image.</summary>
    public const string ModelWithLocalMeans = "Model, local means";

    /// <summary>Measures an image by all methods.</summary>
    /// <param name="task">Its task.</param>
    /// <param name="slice">Its number in the file.</param>
    /// <param name="pair">The degraded image and its reference.</param>
    /// <param name="restored">What a model has made of it, if there is one.</param>
    /// <param name="filters">The filters to compare with.</param>
    /// <param name="group">What images are averaged under; <see langword="null"/> for their task.</param>
    public static MeasuredImage Of(
        RestorationTask task, int slice, ImagePair pair, ImageSlice? restored, IReadOnlyList<IImageFilter> filters, string? group = null)
    {
        var isFinite = FiniteValues.AllIn(pair.LowQuality) && FiniteValues.AllIn(pair.HighQuality);
        MethodScore Score(string method, ImageSlice image) => new(
            method, ImageQuality.Measure(image, pair.HighQuality, task.MetricWindow),
            isFinite
                ? ImageFidelity.Measure(image, pair.HighQuality, task.MetricWindow)
                : new(double.NaN, double.NaN, double.NaN, double.NaN, double.NaN));
        return new(task, group ?? task.Name, pair.Name, slice, isFinite ? InputWarnings.NoiseOf(pair.LowQuality, task) : double.NaN,
        [
            Score(Input, pair.LowQuality),
            .. isFinite ? filters.Select(filter => Score(filter.Name, filter.Apply(pair.LowQuality))) : [],
            .. restored is null ? Array.Empty<MethodScore>() : [Score(Model, restored)],
            Score(Reference, pair.HighQuality),
        ]);
    }

    /// <summary>The same with what another model has made of the image.</summary>
    /// <param name="method">What to call that.</param>
    /// <param name="other">The image, measured with the other model.</param>
    public MeasuredImage With(string method, MeasuredImage other) =>
        this with { Scores = [.. Scores, other.Scores.First(score => score.Method == Model) with { Method = method }] };

    /// <summary>A table of all images: a line for each image and method.</summary>
    public static IEnumerable<string> ToCsv(IEnumerable<MeasuredImage> images)
    {
        yield return "Task,Group,FileName,SliceIndex,NoiseEstimate,Method,Psnr,Ssim,Rmse,Bias,PeakBias,Noise,NoiseFrequency,EdgeSharpness";
        foreach (var image in images)
        {
            foreach (var (method, quality, fidelity) in image.Scores)
            {
                yield return string.Create(CultureInfo.InvariantCulture,
                    $"{CsvCell.Quoted(image.Task.ToString())},{CsvCell.Quoted(image.Group)},{CsvCell.Quoted(image.Name)},{image.Slice},"
                    + $"{image.NoiseEstimate},{CsvCell.Quoted(method)},{quality.Psnr},{quality.Ssim},{quality.Rmse},{fidelity.Bias},"
                    + $"{fidelity.PeakBias},{fidelity.Noise},{fidelity.NoiseFrequency},{fidelity.EdgeSharpness}");
            }
        }
    }
}

/// <summary>How an image came out by a method.</summary>
internal sealed record MethodScore(string Method, ImageQuality Quality, ImageFidelity Fidelity);
