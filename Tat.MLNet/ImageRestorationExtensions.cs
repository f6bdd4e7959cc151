using Tat.MLNet;

namespace Microsoft.ML;

/// <summary>Hangs the image restoration components on <see cref="MLContext"/>.</summary>
public static class ImageRestorationExtensions
{
    extension(MLContext context)
    {
        /// <summary>Restoration of medical images with the Task-Adaptive Transformer (TAT): loading, training, scoring and evaluation.</summary>
        public ImageRestorationCatalog ImageRestoration => new(context);
    }
}
