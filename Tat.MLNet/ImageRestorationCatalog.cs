using Microsoft.ML;
using Tat.MLNet.ModelIO;

namespace Tat.MLNet;

/// <summary>The components for restoring medical images; reached as <c>mlContext.ImageRestoration</c>.</summary>
public sealed partial class ImageRestorationCatalog
{
    internal ImageRestorationCatalog(MLContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        BridgeCheck.Run();
        Context = context;
    }

    /// <summary>The trainers.</summary>
    public ImageRestorationTrainers Trainers => new(Context);

    internal MLContext Context { get; }
}
