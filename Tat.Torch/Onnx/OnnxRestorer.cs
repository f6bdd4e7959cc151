using System.Security.Cryptography;
using Microsoft.ML.OnnxRuntime;
using Tat.Torch.Files;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Inference.Tiling;
using Tat.Torch.Model;
using Tat.Torch.Runtime;
using Tat.Torch.Tasks;

namespace Tat.Torch.Onnx;

/// <summary>Restores images with an exported model on ONNX Runtime; needs no LibTorch.</summary>
/// <remarks>
/// Safe for concurrent calls. The program references a native package of ONNX Runtime: Microsoft.ML.OnnxRuntime, or one for a GPU.
/// </remarks>
public sealed class OnnxRestorer : IImageRestorer
{
    // Smaller ones take what a process has anyway.
    private const int LargeImage = 1 << 20;

    private readonly InferenceSession _session;
    private readonly OnnxRestorerOptions _options;
    private readonly OnnxMetadata _metadata;
    private volatile bool _isDisposed;

    /// <summary>Opens an exported model.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How to run it; <see langword="null"/> for the CPU with all cores.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or not a model that was exported from TAT.</exception>
    /// <exception cref="NotSupportedException">The execution provider is not available.</exception>
    /// <exception cref="DllNotFoundException">The program does not reference a native package of ONNX Runtime.</exception>
    public OnnxRestorer(string path, OnnxRestorerOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _options = options ?? new();
        if (File.Exists(path))
        {
            using var file = RegularFile.Open(path);
            OnnxChecksum.Verify(file, $"'{path}'");
            file.Position = 0;
            ModelHash = HashOf(file);
        }

        (_session, _metadata) = Describe(OnnxSessionFactory.Open(path, _options), $"'{path}'");
    }

    /// <summary>Opens an exported model that is in memory.</summary>
    /// <param name="model">The bytes of the file; not kept.</param>
    /// <param name="options">How to run it; <see langword="null"/> for the CPU with all cores.</param>
    /// <exception cref="InvalidDataException">The bytes are damaged, or not a model that was exported from TAT.</exception>
    /// <exception cref="NotSupportedException">The execution provider is not available.</exception>
    /// <exception cref="DllNotFoundException">The program does not reference a native package of ONNX Runtime.</exception>
    public OnnxRestorer(byte[] model, OnnxRestorerOptions? options = null)
        : this(model, "The model", options)
    {
    }

    /// <summary>Opens an exported model that messages call by a name.</summary>
    internal OnnxRestorer(byte[] model, string source, OnnxRestorerOptions? options)
    {
        ArgumentNullException.ThrowIfNull(model);
        _options = options ?? new();
        OnnxChecksum.Verify(new MemoryStream(model, writable: false), source);
        ModelHash = HashOf(new MemoryStream(model, writable: false));
        (_session, _metadata) = Describe(OnnxSessionFactory.Open(model, source, _options), source);
    }

    /// <inheritdoc/>
    public TaskVocabulary Tasks => _metadata.Tasks;

    /// <inheritdoc/>
    public ModelCard Card => _metadata.Card;

    /// <inheritdoc/>
    public string? ModelHash { get; }

    /// <summary>What the inputs and the output of the model look like.</summary>
    public OnnxSignature Signature => _metadata.Signature;

    /// <inheritdoc/>
    public IReadOnlyList<ImageSlice> Restore(
        IReadOnlyList<ImageSlice> images, IReadOnlyList<RestorationTask> tasks, IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancellationToken = CallCancellation.Or(cancellationToken);
        var accepted = new AcceptedImages(
            images, tasks, (Tasks, Card), _options.MaximumPixels, _options.NonFinite, _options.OnPassThrough);
        var done = new PixelProgress(progress, accepted.Indices.Sum(i => (double)accepted[i].Pixels.Length));
        using var run = new RunOptions { LogSeverityLevel = OnnxSessionFactory.LogLevel };
        using var stop = cancellationToken.Register(() => run.Terminate = true);

        // Small operators leave threads waiting for each other: images that have a core each are faster than all cores on one image.
        var budget = _options.IsOnCpu && accepted.Indices.Count > 1 ? SystemMemory.Available() / 2 : 0;
        int[] large = [.. accepted.Indices.Where(i => _options.IsOnCpu && accepted[i].Pixels.Length > LargeImage)];
        foreach (var i in large)
        {
            CheckMemory(_metadata.Network, accepted[i], SystemMemory.Available());
        }

        if (large.Length > 0 && _options.MemoryArena)
        {
            run.AddRunConfigEntry("memory.enable_memory_arena_shrinkage", "cpu:0"); // gives back what only a large image needs
        }

        foreach (var group in BatchPlan.SideBySide(accepted.Indices, i => BytesFor(accepted[i].Pixels.Length), budget))
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                Parallel.ForEach(group, i =>
                {
                    accepted.Complete(i, Run(accepted[i], i, accepted.RangeOf(i), run));
                    done.Add(accepted[i].Pixels.Length);
                });
            }
            catch (AggregateException) when (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancellationToken);
            }
            catch (AggregateException problems) when (problems.InnerExceptions[0] is InvalidDataException problem)
            {
                throw new InvalidDataException(problem.Message, problems);
            }
        }

        return accepted.Results;
    }

    /// <summary>Frees the model.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _session.Dispose();
    }

    /// <summary>Completes the profile that <see cref="OnnxRestorerOptions.ProfilePrefix"/> asks for, and tells its path.</summary>
    internal string EndProfiling() => _session.EndProfiling();

    /// <summary>Refuses an image for which there is not enough memory: the system would end the process, and all that it does.</summary>
    /// <param name="network">The network.</param>
    /// <param name="image">The image.</param>
    /// <param name="available">Bytes that are free.</param>
    /// <exception cref="InvalidDataException">It takes more.</exception>
    internal static void CheckMemory(TatNetworkOptions network, ImageSlice image, long available)
    {
        var bytes = MemoryPlan.BytesFor(network, image.Pixels.Length) * 5 / 4; // which it takes at least
        if (bytes > available)
        {
            throw new InvalidDataException($"An image of {image.Height} × {image.Width} pixels takes {bytes >> 20} MB or more on ONNX "
                + $"Runtime, and {available >> 20} MB are free; restore it with LibTorch, which cuts large images into tiles, or where "
                + "there is more memory.");
        }
    }

    private static string HashOf(Stream file) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(file))}";

    // Unlike the strips of TatNetwork, ONNX Runtime keeps whole maps of hidden features.
    private long BytesFor(long pixels) => MemoryPlan.BytesFor(_metadata.Network, pixels) * 5 / 2;

    private static (InferenceSession Session, OnnxMetadata Metadata) Describe(InferenceSession session, string source)
    {
        try
        {
            return (session, OnnxMetadata.Read(session.ModelMetadata.CustomMetadataMap, source));
        }
        catch (Exception problem)
        {
            session.Dispose();
            throw problem is OnnxRuntimeException or ArgumentException
                ? new InvalidDataException(
                    $"{source} is damaged: its metadata cannot be read ({MessageText.OneLine(problem.Message)}); export the model again.",
                    problem)
                : problem;
        }
    }

    private float[] Run(ImageSlice image, int index, IntensityRange range, RunOptions run)
    {
        using var minimum = OrtValue.CreateTensorValueFromMemory(new[] { range.Minimum }, [1]);
        using var maximum = OrtValue.CreateTensorValueFromMemory(new[] { range.Maximum }, [1]);
        long[] shape = Signature == OnnxSignature.Image ? [1, 1, image.Height, image.Width] : [1, image.Pixels.Length];
        using var pixels = OrtValue.CreateTensorValueFromMemory(image.Pixels, shape);
        var inputs = new Dictionary<string, OrtValue>
        {
            [Signature == OnnxSignature.Image ? ModelGraph.Image : ModelGraph.Pixels] = pixels,
            [ModelGraph.RangeMinimum] = minimum,
            [ModelGraph.RangeMaximum] = maximum,
        };
        using var size = OrtValue.CreateTensorValueFromMemory(new long[] { image.Height, image.Width }, [2]);
        if (Signature == OnnxSignature.Pixels)
        {
            inputs.Add(ModelGraph.Size, size);
        }

        using var outputs = _session.Run(run, inputs, [ModelGraph.Restored]);
        var restored = outputs[0].GetTensorDataAsSpan<float>().ToArray();
        AcceptedImages.CheckRestored(restored, index);
        return restored;
    }
}
