using Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Blocks;
using Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Headers;
using Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Packets;
using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000;

/// <summary>Decodes a tile: its packets, their code-blocks, then the wavelet transform.</summary>
internal sealed class TileDecoder
{
    /// <summary>As many precincts may be of any size.</summary>
    private const long FewPrecincts = 1 << 16;

    /// <summary>
    /// Where there are more they must be of so many samples, so that the memory for them is in proportion to that for the samples.
    /// </summary>
    private const long FewSamples = 16;

    private readonly ImageSize _size;
    private readonly BlockDecoder _blocks;
    private readonly Area _area;
    private readonly CodingStyle _style;
    private readonly int _shift;
    private readonly ReadOnlyMemory<byte> _packets;
    private readonly Resolution[] _resolutions;

    /// <summary>Reads the packets of a tile.</summary>
    /// <exception cref="DicomDataException">The tile is damaged.</exception>
    public TileDecoder(Codestream codestream, int tile, BlockDecoder blocks)
    {
        var parts = codestream.Tile(tile);
        var (main, own) = (codestream.Main, parts.Parameters);
        (_size, _blocks) = (codestream.Size, blocks);
        _style = Parameters.StyleOf(main, own);
        _shift = Parameters.ShiftOf(main, own);
        _packets = parts.JoinPackets();
        _area = _size.Samples(tile);
        var quantization = Parameters.QuantizationOf(main, own);
        _resolutions = [.. Enumerable.Range(0, _style.Levels + 1)
            .Select(index => new Resolution(index, _style, _size.Tile(tile), _size, MakeBands(index, quantization)))];

        var packets = Parameters.PacketsOf(main, own);
        ReadPackets(packets, own.Changes.Count > 0 ? own.Changes : main.Changes, parts.JoinHeaders());
    }

    /// <summary>Decodes the tile into its place in the image.</summary>
    public void Decode(Span<ushort> image)
    {
        if (_style.IsReversible)
        {
            Place<int, ReversibleWavelet>(Transform<int, ReversibleWavelet>(), image);
        }
        else
        {
            Place<float, IrreversibleWavelet>(Transform<float, IrreversibleWavelet>(), image);
        }
    }

    private Band[] MakeBands(int resolution, Quantization quantization)
    {
        Band Make(int index, bool isHighX, bool isHighY)
        {
            var deeper = Math.Max(0, resolution - 1);
            var range = _size.Precision + (isHighX ? 1 : 0) + (isHighY ? 1 : 0);
            return new Band(_area, _style.Levels - deeper, isHighX, isHighY)
            {
                BitPlanes = quantization.BitPlanes(index, deeper),
                StepSize = _style.IsReversible ? 1 : quantization.StepSize(index, deeper, range),
            };
        }

        var first = (3 * resolution) - 2;
        return resolution == 0
            ? [Make(0, false, false)]
            : [Make(first, true, false), Make(first + 1, false, true), Make(first + 2, true, true)];
    }

    private void ReadPackets(PacketStyle style, IReadOnlyList<ProgressionChange> changes, ReadOnlyMemory<byte>? headers)
    {
        // A packet takes a byte at least, and a precinct some memory: what cannot be is found before that is taken.
        var precincts = _resolutions.Sum(resolution => resolution.AnnouncedPrecincts);
        if (precincts > Math.Max(FewPrecincts, _area.Width * _area.Height / FewSamples))
        {
            throw Jpeg2000Failure.Unsupported($"has precincts of fewer than {FewSamples} pixels");
        }

        if (precincts > (_packets.Length + (headers?.Length ?? 0)) / style.Layers)
        {
            throw Jpeg2000Failure.Damaged();
        }

        foreach (var resolution in _resolutions)
        {
            resolution.Prepare();
        }

        var reader = new PacketReader(_packets, headers, style, _style.Blocks);
        foreach (var (resolution, precinct, layer) in Progression.Packets(_resolutions, style, changes))
        {
            reader.Read(resolution, precinct, layer);
            resolution.CountLayer(precinct);
        }

        reader.End();
        if (_resolutions.Any(resolution => resolution.IsIncomplete(style.Layers)))
        {
            throw Jpeg2000Failure.Damaged();
        }
    }

    private T[] Transform<T, TWavelet>()
        where T : struct
        where TWavelet : IWavelet<T>
    {
        var low = Coefficients<T, TWavelet>(0, 0);
        for (var index = 1; index < _resolutions.Length; index++)
        {
            low = InverseWavelet.Join<T, TWavelet>(
                _resolutions[index].Area, low, Coefficients<T, TWavelet>(index, 0), Coefficients<T, TWavelet>(index, 1),
                Coefficients<T, TWavelet>(index, 2));
        }

        return low;
    }

    /// <summary>Decodes a band.</summary>
    private T[] Coefficients<T, TWavelet>(int resolution, int index)
        where T : struct
        where TWavelet : IWavelet<T>
    {
        var band = _resolutions[resolution].Bands[index];
        var width = (int)band.Area.Width;
        var coefficients = new T[width * (int)band.Area.Height];
        var halfStep = (float)(band.StepSize * IrreversibleWavelet.ScaleOf(band) / 2);
        foreach (var block in _resolutions[resolution].Parts.Where(part => part.Band == band).SelectMany(part => part.Blocks))
        {
            _blocks.Decode(block, band, _style.Blocks, _shift, _packets.Span);
            var state = _blocks.State;
            var first = ((int)(block.Area.Y0 - band.Area.Y0) * width) + (int)(block.Area.X0 - band.Area.X0);
            for (var y = 0; y < state.Height; y++)
            {
                for (var x = 0; x < state.Width; x++)
                {
                    coefficients[first + (y * width) + x] = TWavelet.Dequantize(state.Twice((y * state.Width) + x, _shift), halfStep);
                }
            }
        }

        return coefficients;
    }

    /// <summary>Puts samples into the image, in two's complement of the precision.</summary>
    private void Place<T, TWavelet>(T[] samples, Span<ushort> image)
        where T : struct
        where TWavelet : IWavelet<T>
    {
        var half = 1 << (_size.Precision - 1);
        var (up, lowest, highest) = _size.IsSigned ? (0, -half, half - 1) : (half, 0, (2 * half) - 1);
        var (width, mask) = ((int)_area.Width, (2 * half) - 1);
        for (var y = 0; y < (int)_area.Height; y++)
        {
            var line = image[(int)(((_area.Y0 - _size.Component.Y0 + y) * _size.Width) + _area.X0 - _size.Component.X0)..];
            for (var x = 0; x < width; x++)
            {
                line[x] = (ushort)((int)Math.Clamp((long)TWavelet.Round(samples[(y * width) + x]) + up, lowest, highest) & mask);
            }
        }
    }
}
