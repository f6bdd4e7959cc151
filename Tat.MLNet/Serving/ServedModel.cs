using System.Reflection;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.ObjectPool;
using Microsoft.ML;
using Tat.MLNet.Scoring;
using Tat.Torch.Files;
using Tat.Torch.Files.Writing;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Pretrained;

namespace Tat.MLNet.Serving;

/// <summary>A loaded model, freed when its owner and all borrowers have released it.</summary>
internal sealed class ServedModel
{
    private readonly ITransformer _model;
    private readonly ObjectPool<PredictionEngine<ImageInput, RestoredImage>> _engines;
    private int _holders = 1;

    private ServedModel(MLContext context, ITransformer model, IImageRestorer restorer, int engines)
    {
        (_model, Restorer) = (model, restorer);
        _engines = new DefaultObjectPoolProvider { MaximumRetained = engines }.Create(new EnginePolicy(context, model));
    }

    /// <summary>Loads a model and binds an engine to it, so that one that cannot serve is refused at once.</summary>
    /// <exception cref="InvalidDataException">No step of it restores images, or its columns are not those of
    /// <see cref="ImageInput"/> and <see cref="RestoredImage"/>.</exception>
    public static ServedModel Load(string path, TatRestorationOptions options)
    {
        var context = new MLContext { GpuDeviceId = options.GpuDeviceId, FallbackToCpu = options.FallbackToCpu };
        var model = Load(context, path, options);
        try
        {
            var step = context.ImageRestoration.FindRestoration(model);

            // A model that cannot run here is not served.
            _ = (step as TatTransformer)?.Model;
            var served = new ServedModel(context, model, step.Restorer, options.MaximumConcurrency + 1);
            served._engines.Return(served._engines.Get());
            return served;
        }
        catch (Exception problem) when (problem is ArgumentException or InvalidOperationException)
        {
            (model as IDisposable)?.Dispose();
            throw new InvalidDataException($"The model '{path}' cannot be served: {problem.Message}", problem);
        }
    }

    private static ITransformer Load(MLContext context, string path, TatRestorationOptions options)
    {
        var isPretrained = TatPretrained.IsMeantBy(path);
        if (isPretrained && !options.UseOnnxRuntime)
        {
            return context.ImageRestoration.LoadPretrained();
        }

        if (!isPretrained && !path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase))
        {
            return LoadPipeline(context, path);
        }

        var onnx = new TatOnnxEstimator.Options { ModelFile = isPretrained ? null : path, Runtime = new() { Threads = options.Threads } };
        return context.ImageRestoration.ApplyOnnx(onnx).Fit(context.Data.LoadFromEnumerable<ImageInput>([]));
    }

    /// <summary>
    /// ML.NET keeps the parts of a pipeline in temporary files while it reads them: here in a folder of this user alone, which is removed
    /// also after a kill. It puts exceptions of its own around what a part says.
    /// </summary>
    private static ITransformer LoadPipeline(MLContext context, string path)
    {
        using var folder = new WorkFolder();
        var before = context.TempFilePath;
        context.TempFilePath = folder.Path;
        try
        {
            return context.Model.Load(path, out _);
        }
        catch (TargetInvocationException problem)
        {
            ExceptionDispatchInfo.Throw(problem.GetBaseException());
            throw;
        }
        catch (FormatException problem)
        {
            throw new InvalidDataException($"The model '{path}' cannot be read: {problem.Message}", problem);
        }
        finally
        {
            context.TempFilePath = before;
        }
    }

    public IImageRestorer Restorer { get; }

    public bool TryBorrow()
    {
        var holders = Volatile.Read(ref _holders);
        while (holders > 0)
        {
            var seen = Interlocked.CompareExchange(ref _holders, holders + 1, holders);
            if (seen == holders)
            {
                return true;
            }

            holders = seen;
        }

        return false;
    }

    public RestoredImage Restore(ImageInput input)
    {
        var engine = _engines.Get();
        try
        {
            return engine.Predict(input);
        }
        finally
        {
            _engines.Return(engine);
        }
    }

    /// <exception cref="InvalidDataException">The model has not learnt the task, or a pixel is not finite.</exception>
    public IReadOnlyList<ImageSlice> RestoreVolume(
        IReadOnlyList<ImageSlice> slices, string task, IProgress<double>? progress, CancellationToken cancellationToken) =>
        Restorer.Tasks.TryGet(task, out var known)
            ? [.. Restorer.RestoreVolume(slices.AsVolume(known), known, progress, cancellationToken)]
            : throw new InvalidDataException(
                $"The model has not learnt the task '{MessageText.OneLine(task, 120)}'; it knows {string.Join(", ", Restorer.Tasks)}.");

    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            (_engines as IDisposable)?.Dispose();
            (_model as IDisposable)?.Dispose();
        }
    }

    private sealed class EnginePolicy(MLContext context, ITransformer model)
        : PooledObjectPolicy<PredictionEngine<ImageInput, RestoredImage>>
    {
        public override PredictionEngine<ImageInput, RestoredImage> Create() =>
            context.Model.CreatePredictionEngine<ImageInput, RestoredImage>(model, new PredictionEngineOptions { OwnsTransformer = false });

        public override bool Return(PredictionEngine<ImageInput, RestoredImage> obj) => true;
    }
}
