using Tat.Torch.Model.FeatureMaps;
using Tat.Torch.Model.Parameters;
using Tat.Torch.Model.Recording;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tat.Torch.Model.Layers;

/// <summary>Halves or doubles the resolution: a 3×3 convolution, then pixels to channels or channels to pixels.</summary>
/// <param name="weights">The convolution.</param>
/// <param name="up">Whether it doubles.</param>
internal sealed class Resampling(Weights weights, bool up)
{
    /// <summary>B×H×W×C → B×H/2×W/2×2C, or B×2H×2W×C/2.</summary>
    public Tensor Apply(RunMode mode, Tensor map)
    {
        using var scope = NewDisposeScope();
        return Maps.Convolve(mode, map, weights, Resample, scale: up ? 2 : 0.5).MoveToOuterDisposeScope();
    }

    /// <summary>The same for one image, recorded for its gradients.</summary>
    public RecordedMap Apply(Tape tape, RecordedMap map)
    {
        var convolved = tape.Convolve(weights, gelu: false, needed: true, map);
        return up ? tape.Unfold(convolved, 2) : tape.Fold(convolved, 2);
    }

    private Tensor Resample(Tensor map) =>
        Maps.FromImage(up ? functional.pixel_shuffle(Maps.ToImage(map), 2) : functional.pixel_unshuffle(Maps.ToImage(map), 2));
}
