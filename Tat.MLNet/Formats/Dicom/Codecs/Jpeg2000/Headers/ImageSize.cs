using System.Buffers.Binary;

namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Headers;

/// <summary>The size of the image and of its tiles on the reference grid (section A.5.1), and what its samples are.</summary>
internal sealed class ImageSize
{
    private const int FixedLength = 36;
    private const int MostTiles = 65535;

    private readonly Area _image;
    private readonly long _tileWidth;
    private readonly long _tileHeight;
    private readonly long _tilesLeft;
    private readonly long _tilesTop;
    private readonly int _tilesAcross;

    public ImageSize(ReadOnlySpan<byte> segment)
    {
        if (segment.Length < FixedLength + 3)
        {
            throw Jpeg2000Failure.Damaged();
        }

        long At(ReadOnlySpan<byte> from, int index) => BinaryPrimitives.ReadUInt32BigEndian(from[(2 + (4 * index))..]);
        _image = new Area(At(segment, 2), At(segment, 3), At(segment, 0), At(segment, 1));
        (_tileWidth, _tileHeight, _tilesLeft, _tilesTop) = (At(segment, 4), At(segment, 5), At(segment, 6), At(segment, 7));
        Components = BinaryPrimitives.ReadUInt16BigEndian(segment[34..]);
        Precision = (segment[FixedLength] & 0x7F) + 1;
        IsSigned = segment[FixedLength] >= 0x80;
        (StepX, StepY) = (segment[FixedLength + 1], segment[FixedLength + 2]);
        if (_image.IsEmpty || _tileWidth == 0 || _tileHeight == 0 || StepX == 0 || StepY == 0 ||
            _tilesLeft > _image.X0 || _tilesTop > _image.Y0 || _tilesLeft + _tileWidth <= _image.X0 || _tilesTop + _tileHeight <= _image.Y0)
        {
            throw Jpeg2000Failure.Damaged();
        }

        Component = _image.Divide(StepX, StepY);
        var across = Area.CeilingOf(_image.X1 - _tilesLeft, _tileWidth);
        var down = Area.CeilingOf(_image.Y1 - _tilesTop, _tileHeight);
        if (across > MostTiles || down > MostTiles || across * down > MostTiles || Component.Width > int.MaxValue
            || Component.Height > int.MaxValue)
        {
            throw Jpeg2000Failure.Damaged();
        }

        (_tilesAcross, TileCount) = ((int)across, (int)(across * down));
    }

    public int Components { get; }

    public int Precision { get; }

    public bool IsSigned { get; }

    /// <summary>Columns of the reference grid from one sample to the next.</summary>
    public int StepX { get; }

    /// <summary>Rows of the reference grid from one sample to the next.</summary>
    public int StepY { get; }

    public int TileCount { get; }

    /// <summary>The samples of the image.</summary>
    public Area Component { get; }

    public int Width => (int)Component.Width;

    public int Height => (int)Component.Height;

    /// <summary>A tile on the reference grid (section B.3).</summary>
    public Area Tile(int index)
    {
        var left = _tilesLeft + (index % _tilesAcross * _tileWidth);
        var top = _tilesTop + (index / _tilesAcross * _tileHeight);
        return new Area(
            Math.Max(left, _image.X0), Math.Max(top, _image.Y0), Math.Min(left + _tileWidth, _image.X1),
            Math.Min(top + _tileHeight, _image.Y1));
    }

    /// <summary>The samples of a tile.</summary>
    public Area Samples(int tile) => Tile(tile).Divide(StepX, StepY);
}
