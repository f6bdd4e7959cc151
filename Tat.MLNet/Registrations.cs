using Tat.MLNet.Loading;
using Tat.MLNet.ModelIO;
using Tat.MLNet.Scoring;
using Tat.MLNet.Tagging;

// Model.Load finds these by itself, without a call of this library.
[assembly: SavedComponent(typeof(ImagePairLoader), "Image pair loader", ImagePairLoader.LoaderName)]
[assembly: SavedComponent(typeof(ImageListLoader), "Image list loader", ImageListLoader.LoaderName)]
[assembly: SavedComponent(typeof(ImageFileLoader), "Image file loader", ImageFileLoader.LoaderName)]
[assembly: SavedComponent(typeof(DicomSeriesLoader), "DICOM series loader", DicomSeriesLoader.LoaderName)]
[assembly: SavedComponent(typeof(TaskTaggingTransformer), "Task tagging", TaskTaggingTransformer.LoaderName)]
[assembly: SavedComponent(typeof(TatTransformer), "Task-Adaptive Transformer", TatTransformer.LoaderName)]
[assembly: SavedComponent(typeof(TatOnnxTransformer), "TAT on ONNX Runtime", TatOnnxTransformer.LoaderName)]
