using Tat.Torch.Model.FeatureMaps;
using Tat.Torch.Model.Parameters;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tat.Torch.Model.Layers;

/// <summary>Halves or doubles the resolution: a 3×3 convolution, then pixels to channels or channels to pixels.</summary>
internal sealed class Resampling : nn.Module
{
    [ComponentName(Name = "body")]
    private readonly Numbered<Weights> _body;
    private readonly bool _up;

    private Resampling(Weights weights, bool up)
        : base(nameof(Resampling))
    {
        _body = new((0, weights));
        _up = up;
        RegisterComponents();
    }

    /// <summary>B×H×W×C → B×H/2×W/2×2C.</summary>
    public static Resampling Down(ParameterSource source, int channels) => new(Weights.Convolution(source, channels, channels / 2, 3), up: false);

    /// <summary>B×H×W×C → B×2H×2W×C/2.</summary>
    public static Resampling Up(ParameterSource source, int channels) => new(Weights.Convolution(source, channels, channels * 2, 3), up: true);

    public Tensor Apply(Tensor map)
    {
        using var scope = NewDisposeScope();
        return Maps.Convolve(map, _body[0], Resample, scale: _up ? 2 : 0.5).MoveToOuterDisposeScope();
    }

    private Tensor Resample(Tensor map) =>
        Maps.FromImage(_up ? functional.pixel_shuffle(Maps.ToImage(map), 2) : functional.pixel_unshuffle(Maps.ToImage(map), 2));
}
