using Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Headers;

namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Packets;

/// <summary>The code-blocks of a precinct in one band, and the trees that tell when they come and how many bit-planes they lack.</summary>
internal sealed class PrecinctBand
{
    private readonly Area _area;
    private readonly int _blockWidth;
    private readonly int _blockHeight;
    private readonly long _firstX;
    private readonly long _firstY;
    private readonly CodeBlock?[] _blocks;
    private TagTree? _inclusion;
    private TagTree? _missingPlanes;

    public PrecinctBand(Band band, Area area, (int Width, int Height) block)
    {
        (Band, _area, (_blockWidth, _blockHeight)) = (band, area, block);
        if (!area.IsEmpty)
        {
            (_firstX, _firstY) = (area.X0 >> _blockWidth, area.Y0 >> _blockHeight);
            Across = (int)(Area.CeilingOf(area.X1, 1L << _blockWidth) - _firstX);
            Down = (int)(Area.CeilingOf(area.Y1, 1L << _blockHeight) - _firstY);
        }

        _blocks = new CodeBlock?[Across * Down];
    }

    public Band Band { get; }

    public int Across { get; }

    public int Down { get; }

    public TagTree Inclusion => _inclusion ??= new TagTree(Across, Down);

    public TagTree MissingPlanes => _missingPlanes ??= new TagTree(Across, Down);

    /// <summary>The code-blocks that have data.</summary>
    public IEnumerable<CodeBlock> Blocks => _blocks.OfType<CodeBlock>();

    /// <summary>A code-block; <see langword="null"/> before it has data.</summary>
    public CodeBlock? Find(int x, int y) => _blocks[(y * Across) + x];

    /// <summary>Makes a code-block when its first data comes.</summary>
    public CodeBlock Add(int x, int y, int missingPlanes)
    {
        var (left, top) = (_firstX + x, _firstY + y);
        var cell = new Area(left << _blockWidth, top << _blockHeight, (left + 1) << _blockWidth,
            (top + 1) << _blockHeight).Intersect(_area);
        return _blocks[(y * Across) + x] = new CodeBlock(cell, missingPlanes);
    }
}
