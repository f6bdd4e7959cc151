using Tat.Torch.Imaging;

namespace Tat.Samples.Reports;

/// <summary>
/// A picture that shows at a glance what a model does: a row for each task; input, restored and reference of its first and of its last
/// image.
/// </summary>
internal sealed class ContactSheet
{
    private const int TileSide = 256;
    private const int Gap = 8;
    private const int WideGap = 24;
    private const byte Background = 255;

    private readonly int _side;
    private readonly int _width;
    private readonly int _height;
    private readonly byte[] _pixels;

    private ContactSheet(List<ReportCase[]> rows)
    {
        _side = rows.SelectMany(row => row).Max(item => Math.Max(item.Input.Height, item.Input.Width));
        _side *= Math.Max(1, TileSide / _side);
        _width = rows.Max(row => (row.Length * ((3 * _side) + (2 * Gap))) + ((row.Length - 1) * WideGap));
        _height = (rows.Count * _side) + ((rows.Count - 1) * Gap);
        _pixels = new byte[_width * _height];
        Array.Fill(_pixels, Background);
    }

    /// <summary>Draws the cases of a report that have been restored and have a reference.</summary>
    /// <returns>A PNG file; <see langword="null"/> where there are none.</returns>
    public static byte[]? Render(IEnumerable<ReportCase> cases)
    {
        var rows = cases.Where(item => item is { Restored: not null, Reference: not null }).GroupBy(item => item.Task)
            .Select(task => task.Count() > 1 ? new[] { task.First(), task.Last() } : [task.First()]).ToList();
        if (rows.Count == 0)
        {
            return null;
        }

        var sheet = new ContactSheet(rows);
        for (var row = 0; row < rows.Count; row++)
        {
            sheet.DrawRow(rows[row], row * (sheet._side + Gap));
        }

        return Png.Encode(sheet._pixels, sheet._width, sheet._height);
    }

    private void DrawRow(ReportCase[] cases, int top)
    {
        var left = 0;
        foreach (var item in cases)
        {
            var window = item.Window ?? Rendering.WindowOf(item.Task, item.Reference!);
            foreach (var image in new[] { item.Input, item.Restored!, item.Reference! })
            {
                Draw(image, Rendering.GreyLevels(image, window, Rendering.IsInverted(item.Task)), top, left);
                left += _side + Gap;
            }

            left += WideGap - Gap;
        }
    }

    /// <summary>Repeats pixels so that the image fills its tile as far as whole numbers allow.</summary>
    private void Draw(ImageSlice image, byte[] levels, int top, int left)
    {
        var scale = Math.Max(1, _side / Math.Max(image.Height, image.Width));
        for (var y = 0; y < scale * image.Height; y++)
        {
            for (var x = 0; x < scale * image.Width; x++)
            {
                _pixels[((top + y) * _width) + left + x] = levels[((y / scale) * image.Width) + (x / scale)];
            }
        }
    }
}
