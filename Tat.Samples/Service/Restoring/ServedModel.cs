using Microsoft.Extensions.Options;
using Tat.Samples.Service.Settings;
using Tat.Torch.Inference;
using Tat.Torch.Onnx;
using Tat.Torch.Pretrained;

namespace Tat.Samples.Service.Restoring;

/// <summary>The model that restores, on ONNX Runtime; loaded when it is asked for first.</summary>
public sealed class ServedModel(IOptions<ServiceOptions> options) : IDisposable
{
    private readonly Lazy<OnnxRestorer> _restorer = new(() =>
    {
        var runtime = new OnnxRestorerOptions { Threads = options.Value.Threads is > 0 and var threads ? threads : null };
        return options.Value.Model == TatPretrained.Name
            ? TatPretrained.OpenOnnx(runtime)
            : new OnnxRestorer(options.Value.Model, runtime);
    });

    public IImageRestorer Restorer => _restorer.Value;

    /// <summary>Whether it is loaded.</summary>
    public bool IsLoaded => _restorer.IsValueCreated;

    public void Dispose()
    {
        if (_restorer.IsValueCreated)
        {
            _restorer.Value.Dispose();
        }
    }
}
