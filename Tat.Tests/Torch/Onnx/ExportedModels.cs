using Google.Protobuf;
using Tat.Torch.Imaging;
using Tat.Torch.Model;
using Tat.Torch.Onnx;
using Tat.Torch.Tasks;
using static TorchSharp.torch;

namespace Tat.Tests.Onnx;

/// <summary>Small networks whose every part matters, and their exports.</summary>
internal static class ExportedModels
{
    /// <summary>Attention has several windows from 24 pixels on.</summary>
    public static TatNetworkOptions Options { get; } = new()
    {
        Width = 8,
        Blocks = [1, 1, 1, 2],
        RefinementBlocks = 1,
        RepresentationFeatures = 8,
        TrainSize = 32,
    };

    /// <summary>A network whose generated kernels, norms and temperatures are not what they start as.</summary>
    public static TatNetwork CreateNetwork(TatNetworkOptions? options = null)
    {
        var network = new TatNetwork(options ?? Options, seed: 7);
        var random = new Random(3);
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        foreach (var (_, parameter) in network.named_parameters())
        {
            if (parameter.numel() <= 4096)
            {
                var noise = new float[parameter.numel()];
                for (var i = 0; i < noise.Length; i++)
                {
                    noise[i] = 0.2f * (random.NextSingle() - 0.5f);
                }

                parameter.add_(tensor(noise, parameter.shape));
            }
        }

        return network;
    }

    /// <summary>A model that changes images visibly, yet not so much that clipping would hide a difference.</summary>
    public static TatModel CreateModel(TatNetworkOptions? options = null, TaskVocabulary? tasks = null)
    {
        var network = CreateNetwork(options);
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var image = tensor(CreateImage(32, 32, new("unit", "", "", new(0, 1))).Pixels, [1, 1, 32, 32]);
        network.get_parameter("output.weight")!.mul_(0.1f / (network.forward(image) - image).abs().max());
        return new(network, tasks ?? TaskVocabulary.Paper, new ModelCard { Iterations = 321, Data = "nothing" });
    }

    public static byte[] Export(TatModel model, OnnxExportOptions? options = null) =>
        OnnxExporter.CreateModel(model, options ?? new()).ToByteArray();

    /// <summary>Smooth structure in the middle half of a task's range.</summary>
    public static ImageSlice CreateImage(int height, int width, RestorationTask task)
    {
        var pixels = new float[height * width];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = 0.5f + (0.2f * MathF.Sin(i % width * 0.2f) * MathF.Cos(i / width * 0.3f)) + (0.05f * MathF.Sin(i));
        }

        task.NormalizationRange.Denormalize(pixels, pixels);
        return new(pixels, height, width);
    }
}
