using System.Globalization;
using Tat.MLNet.Formats.Dicom;
using Tat.Samples.Service.Settings;
using Tat.Torch.Files;
using Tat.Torch.Imaging;

namespace Tat.Samples.Service.Dicomweb;

/// <summary>A frame as a picture in shades of grey.</summary>
internal static class RenderedFrame
{
    public const string MediaType = "image/png";

    /// <summary>Renders a frame.</summary>
    /// <param name="path">The file.</param>
    /// <param name="frame">The frame, counted from 1.</param>
    /// <param name="window">Centre and width, in the unit of the image (<c>40,400</c>, PS3.18, section 8.3.5.1.4);
    /// <see langword="null"/> for those that the object names, and otherwise its range of values.</param>
    /// <exception cref="ServiceProblem">There is no such frame, or the window is none.</exception>
    public static byte[] Of(string path, int frame, string? window)
    {
        var header = DicomHeader.Read(path);
        Check(header.Frames, frame);
        var image = header.ReadFrame(frame - 1);

        // Uptake is shown dark; the windows of PET are in the unit of its file, and its values here in SUV.
        var isUptake = header["00080060"] == "PT";
        var (centre, width) = window is not null ? WindowOf(window.Split(','))
            : !isUptake && header["00281050"] is { } c && header["00281051"] is { } w ? WindowOf([c, w])
            : RangeOf(image);
        var samples = new byte[image.Pixels.Length];
        for (var i = 0; i < samples.Length; i++)
        {
            var level = Math.Clamp(((image.Pixels[i] - centre) / width) + 0.5, 0, 1);
            samples[i] = (byte)Math.Round(255 * (isUptake ? 1 - level : level));
        }

        return Png.Encode(samples, image.Width, image.Height);
    }

    /// <summary>Refuses frames that are not there.</summary>
    /// <exception cref="ServiceProblem">One is not.</exception>
    public static void Check(int frames, params ReadOnlySpan<int> numbers)
    {
        if (numbers.ContainsAnyExceptInRange(1, frames))
        {
            throw new ServiceProblem(
                StatusCodes.Status404NotFound, $"The object has {MessageText.Amount(frames, "frame")}, counted from 1.");
        }
    }

    private static (double Centre, double Width) WindowOf(string[] texts) =>
        texts.Length >= 2 && double.TryParse(texts[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var centre)
        && double.TryParse(texts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var width)
        && double.IsFinite(centre) && width is > 0 and < double.PositiveInfinity
            ? (centre, width)
            : throw new ServiceProblem(StatusCodes.Status400BadRequest,
                $"'{string.Join(',', texts)}' is no window; give its centre and its width, such as 40,400.");

    private static (double Centre, double Width) RangeOf(ImageSlice image)
    {
        var (lowest, highest) = ((double)image.Pixels.Min(), (double)image.Pixels.Max());
        return ((lowest + highest) / 2, Math.Max(highest - lowest, 1e-6));
    }
}
