namespace Tat.MLNet.Formats.Dicom.Codecs.JpegLs;

/// <summary>Maps the three gradients around a sample to its context (sections A.3.3 and A.3.4).</summary>
internal sealed class GradientRegions
{
    private readonly int _near;
    private readonly int _limit;

    /// <summary>The region, −4 … 4, of each gradient from −T3 to T3, those beyond being like them.</summary>
    private readonly sbyte[] _regions;

    public GradientRegions(JpegLsPreset preset, int near)
    {
        (_near, _limit) = (near, preset.T3);
        _regions = new sbyte[(2 * _limit) + 1];
        for (var gradient = 0; gradient <= _limit; gradient++)
        {
            var region = gradient <= near ? 0 : gradient < preset.T1 ? 1 : gradient < preset.T2 ? 2 : gradient < preset.T3 ? 3 : 4;
            (_regions[_limit + gradient], _regions[_limit - gradient]) = ((sbyte)region, (sbyte)-region);
        }
    }

    /// <summary>Finds the context of a sample.</summary>
    /// <param name="first">The first gradient.</param>
    /// <param name="second">The second one.</param>
    /// <param name="third">The third one.</param>
    /// <param name="context">Its number, negative where the error's sign is inverted.</param>
    /// <returns>Whether the sample is outside a run.</returns>
    public bool Find(int first, int second, int third, out int context)
    {
        context = (((Region(first) * 9) + Region(second)) * 9) + Region(third);
        return Math.Abs(first) > _near || Math.Abs(second) > _near || Math.Abs(third) > _near;
    }

    private int Region(int gradient) => _regions[Math.Clamp(gradient, -_limit, _limit) + _limit];
}
