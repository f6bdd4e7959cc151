using Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Headers;

namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Packets;

/// <summary>A resolution of a tile, cut into precincts (sections B.5 to B.7).</summary>
internal sealed class Resolution
{
    private readonly CodingStyle _style;
    private readonly int _index;
    private readonly int _precinctWidth;
    private readonly int _precinctHeight;
    private readonly long _firstX;
    private readonly long _firstY;
    private readonly long _across;
    private readonly long _down;
    private readonly Area _tile;
    private readonly ImageSize _size;
    private PrecinctBand[]?[] _precincts = [];
    private int[] _layersRead = [];

    /// <summary>Makes a resolution.</summary>
    /// <param name="index">0 for the lowest.</param>
    /// <param name="style">How the tile is cut up.</param>
    /// <param name="tile">The tile on the reference grid.</param>
    /// <param name="size">The image.</param>
    /// <param name="bands">The bands that lead from the resolution below to this one.</param>
    public Resolution(int index, CodingStyle style, Area tile, ImageSize size, Band[] bands)
    {
        (_index, _style, _tile, _size, Bands) = (index, style, tile, size, bands);
        (_precinctWidth, _precinctHeight) = style.Precincts[index];
        var scale = 1L << (style.Levels - index);
        Area = tile.Divide(size.StepX, size.StepY).Divide(scale, scale);
        if (!Area.IsEmpty)
        {
            (_firstX, _firstY) = (Area.X0 >> _precinctWidth, Area.Y0 >> _precinctHeight);
            _across = Area.CeilingOf(Area.X1, 1L << _precinctWidth) - _firstX;
            _down = Area.CeilingOf(Area.Y1, 1L << _precinctHeight) - _firstY;
        }
    }

    public Area Area { get; }

    public Band[] Bands { get; }

    /// <summary>How many precincts there would be, however many.</summary>
    public long AnnouncedPrecincts => _across * _down;

    public int PrecinctCount => _precincts.Length;

    /// <summary>The parts of all precincts that may have code-blocks.</summary>
    public IEnumerable<PrecinctBand> Parts => _precincts.OfType<PrecinctBand[]>().SelectMany(parts => parts);

    /// <summary>Takes the memory for the precincts.</summary>
    public void Prepare() => (_precincts, _layersRead) = (new PrecinctBand[]?[AnnouncedPrecincts], new int[AnnouncedPrecincts]);

    /// <summary>How many layers of a precinct were read.</summary>
    public int LayersRead(int precinct) => _layersRead[precinct];

    /// <summary>Whether changes of the progression have left out a packet.</summary>
    public bool IsIncomplete(int layers) => Array.Exists(_layersRead, read => read < layers);

    public void CountLayer(int precinct) => _layersRead[precinct]++;

    /// <summary>A precinct, its part of each band, made when it is first asked for: many are empty.</summary>
    public PrecinctBand[] Precinct(int index) => _precincts[index] ??=
        Array.ConvertAll(Bands, band => MakePart(band, _firstX + (index % _across), _firstY + (index / _across)));

    /// <summary>Where a precinct begins on the reference grid, first down, then across (section B.12.1.3).</summary>
    public (long Y, long X) PlaceOf(int precinct)
    {
        var scale = _style.Levels - _index;
        var (x, y) = ((_firstX + (precinct % _across)) << _precinctWidth, (_firstY + (precinct / _across)) << _precinctHeight);
        return (y < Area.Y0 ? _tile.Y0 : (y << scale) * _size.StepY, x < Area.X0 ? _tile.X0 : (x << scale) * _size.StepX);
    }

    /// <summary>In all resolutions but the lowest a precinct has half its size in each band; a code-block is no larger than that.</summary>
    private PrecinctBand MakePart(Band band, long x, long y)
    {
        var halved = _index > 0 ? 1 : 0;
        var (width, height) = (_precinctWidth - halved, _precinctHeight - halved);
        var area = new Area(x << width, y << height, (x + 1) << width, (y + 1) << height).Intersect(band.Area);
        return new PrecinctBand(band, area, (Math.Min(width, _style.BlockWidth), Math.Min(height, _style.BlockHeight)));
    }
}
