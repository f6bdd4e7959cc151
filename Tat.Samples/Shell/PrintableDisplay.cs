using Spectre.Console.Rendering;
using Tat.Torch.Files;

namespace Tat.Samples.Shell;

/// <summary>A display whose text, which may come from files, has no characters that a terminal obeys.</summary>
internal sealed class PrintableDisplay(IRenderable display) : IRenderable
{
    public Measurement Measure(RenderOptions options, int maxWidth) => display.Measure(options, maxWidth);

    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => display.Render(options, maxWidth)
        .Select(segment =>
            segment.IsControlCode || segment.IsLineBreak ? segment : new Segment(MessageText.Printable(segment.Text), segment.Style));
}
