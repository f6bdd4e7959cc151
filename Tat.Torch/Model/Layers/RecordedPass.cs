using Tat.Torch.Model.Parameters;
using Tat.Torch.Model.Recording;

namespace Tat.Torch.Model.Layers;

/// <summary>The way of one image that is recorded for its gradients.</summary>
internal sealed class RecordedPass(Tape tape) : IPass<RecordedMap, RecordedStage>
{
    public RecordedMap Embed(Weights embedding, RecordedMap image) => tape.Convolve(embedding, gelu: false, needed: false, image);

    public RecordedMap Run(Stage stage, RecordedMap map, RecordedStage? kernels = null) => stage.Apply(tape, map, kernels);

    public RecordedMap Resample(Resampling step, RecordedMap map) => step.Apply(tape, map);

    public RecordedMap Join(RecordedMap decoded, RecordedMap encoded, Weights? reduce = null)
    {
        var joined = tape.Join(decoded, encoded);
        return reduce is null ? joined : tape.Pointwise(reduce, joined);
    }

    public RecordedMap Keep(RecordedMap map) => map;

    public RecordedMap Finish(RecordedMap[] maps, Weights[] reduce, Weights output) => OutputStage.Apply(tape, maps, reduce, output);
}
