using Microsoft.ML.Data;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Scoring;

/// <summary>An image that waits to be restored, or has been; its memory is used again for the next.</summary>
internal sealed class RestorationRequest
{
    private ImageSlice? _image;
    private ImageSlice? _restored;

    /// <summary>What messages call the image.</summary>
    public string Name { get; set; } = "";

    public RestorationTask? Task { get; set; }

    public (int Height, int Width) Size => (_image!.Height, _image.Width);

    public int Pixels => _image!.Pixels.Length;

    /// <param name="pixels">Row by row.</param>
    /// <param name="height">Number of rows.</param>
    /// <param name="width">Number of columns.</param>
    /// <param name="level">The level of the image's volume; NaN where it is unknown or of no use.</param>
    public void SetImage(in VBuffer<float> pixels, int height, int width, float level)
    {
        _image = new(_image?.Pixels.Length == pixels.Length ? _image.Pixels : new float[pixels.Length], height, width) { VolumeLevel = level };
        pixels.CopyTo(_image.Pixels);
        _restored = null;
    }

    public void CopyRestored(ref VBuffer<float> restored)
    {
        var pixels = _restored!.Pixels;
        var editor = VBufferEditor.Create(ref restored, pixels.Length);
        pixels.CopyTo(editor.Values);
        restored = editor.Commit();
    }

    /// <summary>Restores several images in one call; the restorer puts those of equal size together.</summary>
    public static void RestoreAll(IImageRestorer restorer, IReadOnlyList<RestorationRequest> requests)
    {
        try
        {
            var restored = restorer.Restore([.. requests.Select(request => request._image!)], [.. requests.Select(request => request.Task!)]);
            for (var i = 0; i < requests.Count; i++)
            {
                requests[i]._restored = restored[i];
            }
        }
        catch (InvalidDataException problem) when (requests.Any(request => request.FindNonFinite() is not null))
        {
            throw new InvalidDataException(requests.Select(request => request.FindNonFinite()).First(found => found is not null), problem);
        }
    }

    /// <summary>Says where the image has a NaN or infinite value, if it has one.</summary>
    private string? FindNonFinite()
    {
        var position = Array.FindIndex(_image!.Pixels, value => !float.IsFinite(value));
        return position < 0
            ? null
            : FormattableString.Invariant($"{Name}: the value at row {position / _image.Width}, column {position % _image.Width} is {_image.Pixels[position]}; replace values that are not finite, or let such images pass through by the option NonFinite.");
    }
}
