using System.Buffers.Binary;

namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Headers;

/// <summary>The quantization of the bands of a component (section A.6.4).</summary>
internal sealed class Quantization
{
    private readonly int _guardBits;
    private readonly bool _derived;
    private readonly (int Exponent, int Mantissa)[] _steps;

    public Quantization(ReadOnlySpan<byte> segment)
    {
        var style = segment.Length > 0 ? segment[0] & 31 : byte.MaxValue;
        var bytes = style == 0 ? 1 : 2;
        if (style > 2 || segment.Length < 1 + bytes)
        {
            throw Jpeg2000Frame.Damaged();
        }

        _guardBits = segment[0] >> 5;
        _derived = style == 1;
        _steps = new (int, int)[(segment.Length - 1) / bytes];
        for (var band = 0; band < _steps.Length; band++)
        {
            var step = style == 0 ? segment[1 + band] << 8 : BinaryPrimitives.ReadUInt16BigEndian(segment[(1 + (2 * band))..]);
            _steps[band] = (step >> 11, step & 0x7FF);
        }
    }

    /// <summary>Bit-planes of the magnitudes of a band (equation E-2).</summary>
    /// <param name="band">Number of the band, in the order of the codestream.</param>
    /// <param name="deeper">How many levels of the transform are deeper than that of the band.</param>
    public int BitPlanes(int band, int deeper) => Math.Max(0, _guardBits + Step(band, deeper).Exponent - 1);

    /// <summary>The size of a step of a band (equation E-3).</summary>
    /// <param name="band">Number of the band, in the order of the codestream.</param>
    /// <param name="deeper">How many levels of the transform are deeper than that of the band.</param>
    /// <param name="range">Bits of the nominal range of the band.</param>
    public double StepSize(int band, int deeper, int range)
    {
        var (exponent, mantissa) = Step(band, deeper);
        return Math.ScaleB(1 + (mantissa / 2048.0), range - exponent);
    }

    private (int Exponent, int Mantissa) Step(int band, int deeper) => _derived
        ? (_steps[0].Exponent - deeper, _steps[0].Mantissa)
        : band < _steps.Length ? _steps[band] : throw Jpeg2000Frame.Damaged();
}
