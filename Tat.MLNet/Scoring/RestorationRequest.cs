using Microsoft.ML.Data;
using Tat.MLNet.Views;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Scoring;

/// <summary>An image that waits to be restored, or has been; its memory is used again for the next.</summary>
internal sealed class RestorationRequest
{
    private ImageSlice? _image;
    private ImageSlice? _restored;
    private ImageSlice? _margin;

    /// <summary>What messages call the image.</summary>
    private string Name { get; set; } = "";

    private RestorationTask? Task { get; set; }

    private double PixelSpacing { get; set; }

    private string Modality { get; set; } = "";

    public int Pixels => _image!.Pixels.Length;

    /// <summary>What the next image may overwrite.</summary>
    public float[]? Memory => _image?.Pixels;

    /// <summary>Takes the image of a row.</summary>
    public void Set(ImageRowReader row, RestorationTask task)
    {
        (Name, Task, PixelSpacing, Modality) = (row.Name, task, row.PixelSpacing, row.Modality);
        (_image, _restored, _margin) = (row.Read(task, memory: Memory), null, null);
    }

    public void CopyRestored(ref VBuffer<float> restored) => Copy(_restored!, ref restored);

    /// <summary>Copies the margins, which a <see cref="MarginRestorer"/> knows.</summary>
    public void CopyMargin(ref VBuffer<float> margin) => Copy(_margin!, ref margin);

    private static void Copy(ImageSlice image, ref VBuffer<float> target)
    {
        var editor = VBufferEditor.Create(ref target, image.Pixels.Length);
        image.Pixels.CopyTo(editor.Values);
        target = editor.Commit();
    }

    /// <summary>Restores several images in one call; the restorer puts those of equal size together.</summary>
    /// <returns>A line for each way in which one of them is unlike those that the model was trained on, and none that the tally had before
    /// was.</returns>
    public static IReadOnlyList<string> RestoreAll(IImageRestorer restorer, InputTally tally, IReadOnlyList<RestorationRequest> requests)
    {
        try
        {
            var restored = restorer.Restore(
                [.. requests.Select(request => request._image!)], [.. requests.Select(request => request.Task!)]);
            for (var i = 0; i < requests.Count; i++)
            {
                requests[i]._restored = restored[i];
                requests[i]._margin = (restorer as MarginRestorer)?.MarginOf(restored[i]);
            }

            return [.. requests.SelectMany(request =>
                tally.Add(request._image!, request.Task!, request.Name, request.PixelSpacing, request.Modality))];
        }
        catch (InvalidDataException problem) when (requests.Select(request => request.FindNonFinite())
            .FirstOrDefault(found => found is not null) is { } found)
        {
            throw new InvalidDataException(found, problem);
        }
    }

    /// <summary>Says where the image has a NaN or infinite value, if it has one.</summary>
    private string? FindNonFinite() => FiniteValues.FindOther(_image!) is { } problem
        ? $"{Name} has {problem}; replace values that are not finite, or let such images pass through by the option NonFinite."
        : null;
}
