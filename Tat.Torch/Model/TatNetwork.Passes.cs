using Tat.Torch.Model.Contracts;
using Tat.Torch.Model.FeatureMaps;
using Tat.Torch.Model.Layers;
using Tat.Torch.Model.Recording;
using Tat.Torch.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Tat.Torch.Model;

/// <content>The ways through the network: images restored, trained on with autograd, recorded on a tape, or read part by part.</content>
public sealed partial class TatNetwork
{
    private Tensor RestoreBatch(RunMode mode, Tensor input, TaskKernels? kernels)
    {
        var pass = new MapPass(mode);
        var features = Encode(pass, input);
        return Decode(pass, features, (kernels ?? GenerateKernels(mode, features.LatentInput)).Stages).Plus(input);
    }

    /// <summary>
    /// What <see cref="forward(Tensor)"/> does, with the same gradients but for the order in which some are summed, less memory and more
    /// time: blocks are run again when their gradients are due.
    /// </summary>
    internal Tensor ForwardRecomputing(Tensor input)
    {
        CheckShape(input);
        using var scope = NewDisposeScope();
        return RestoreBatch(RunMode.For(input) with { Recomputes = true }, input, kernels: null).MoveToOuterDisposeScope();
    }

    /// <summary>What a part of an image gives to the representation of the whole: 1 × 4n sums over some of its rows and columns.</summary>
    /// <remarks>The bounds are in pixels of the part, multiples of 8; the features of their border depend on 16 pixels beyond.</remarks>
    internal Tensor SumRepresentation(Tensor part, int top, int bottom, int left, int right)
    {
        using var scope = NewDisposeScope();
        var mode = RunMode.For(part);
        return _representation!.Sum(mode, Encode(new MapPass(mode), part).LatentInput, top, bottom, left, right).MoveToOuterDisposeScope();
    }

    /// <summary>The kernels of an image whose parts have been summed up.</summary>
    internal TaskKernels FinishRepresentation(Tensor sums, int height, int width)
    {
        using var scope = NewDisposeScope();
        return _representation!.Finish(RunMode.For(sums), sums, height, width).MoveToOuterDisposeScope();
    }

    /// <summary>The encoder: features of the three levels and the input of the latent level.</summary>
    internal EncoderFeatures<TMap> Encode<TMap, TKernels>(IPass<TMap, TKernels> pass, TMap image)
    {
        var level1 = pass.Run(_encoder1, pass.Embed(_patchEmbedding, image));
        var level2 = pass.Run(_encoder2, pass.Resample(_down1, level1));
        var level3 = pass.Run(_encoder3, pass.Resample(_down2, level2));
        return new(level1, level2, level3, pass.Resample(_down3, level3));
    }

    private TaskKernels GenerateKernels(RunMode mode, Tensor latentInput) =>
        _representation?.Generate(mode, latentInput) ?? new TaskKernels();

    /// <summary>Latent level, decoder, refinement and output.</summary>
    /// <returns>What is added to the image.</returns>
    private TMap Decode<TMap, TKernels>(IPass<TMap, TKernels> pass, EncoderFeatures<TMap> encoder, DecoderKernels<TKernels> kernels)
    {
        var latent = pass.Run(_latent, encoder.LatentInput, kernels.Latent);
        var level3 = pass.Run(_decoder3, pass.Join(pass.Resample(_up3, latent), encoder.Level3, _reduce3), kernels.Level3);
        var level2 = pass.Run(_decoder2, pass.Join(pass.Resample(_up2, level3), encoder.Level2, _reduce2), kernels.Level2);
        var level1 = pass.Run(_decoder1, pass.Join(pass.Resample(_up1, level2), encoder.Level1), kernels.Level1);
        var refined = pass.Run(_refinement, pass.Keep(level1), kernels.Level1);
        return pass.Finish([encoder.Level1, level1, refined], _reduceFinal, _output);
    }

    /// <summary>Whether <see cref="Record"/> takes images of a size: widths that the SIMD loops take, and one attention window.</summary>
    internal bool CanRecord(long height, long width)
    {
        const int multiple = 8, least = 16;
        return Tape.IsPossible && _output.Weight.dtype == ScalarType.Float32 && Device.type == DeviceType.CPU
            && Options is { Bias: false, LayerNorm: LayerNormKind.WithBias, WeightGeneration: true }
            && Options.RepresentationFeatures % multiple == 0 && Options.Width >= least
            && Enumerable.Range(0, 4)
                .All(level => Options.Window(level) >= Math.Max(height, width) >> level && FitsSimd(level, Options.Channels(level)))
            && FitsSimd(0, Options.Channels(1));

        bool FitsSimd(int level, int channels) =>
            channels % multiple == 0 && channels / Options.Heads[level] is var size && size % multiple == 0 && size >= least;
    }

    /// <summary>What <see cref="forward(Tensor)"/> does to one image, recorded for its gradients.</summary>
    /// <param name="tape">The tape; its maps live until it is cleared.</param>
    /// <param name="image">H×W×1.</param>
    /// <returns>What is added to the image, H×W×1.</returns>
    internal RecordedMap Record(Tape tape, RecordedMap image)
    {
        var pass = new RecordedPass(tape);
        var features = Encode(pass, image);
        return Decode(pass, features, _representation!.Generate(tape, features.LatentInput));
    }

    internal readonly record struct EncoderFeatures<TMap>(TMap Level1, TMap Level2, TMap Level3, TMap LatentInput);
}
