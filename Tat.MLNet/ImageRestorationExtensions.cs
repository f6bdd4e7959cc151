using Tat.MLNet;

namespace Microsoft.ML;

/// <summary>Adds the image restoration components to <see cref="MLContext"/>.</summary>
public static class ImageRestorationExtensions
{
    extension(MLContext context)
    {
        /// <summary>
        /// Restoration of medical images with the Task-Adaptive Transformer (TAT): loading, training, scoring and evaluation.
        /// </summary>
        /// <exception cref="NotSupportedException">The program's version of ML.NET lacks a member that saving and loading needs; the
        /// message names it.</exception>
        public ImageRestorationCatalog ImageRestoration => new(context);
    }
}
