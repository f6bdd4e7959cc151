extern alias MicrosoftMLCore;

using MicrosoftMLCore::Microsoft.ML;
using Tat.MLNet.Loading;
using Tat.MLNet.Scoring;
using Tat.MLNet.Tagging;

// What ML.NET may create when a model file names it: Model.Load finds these by itself, without a call of this library.
[assembly: LoadableClass(typeof(ImagePairLoader), null, typeof(SignatureLoadModel), "Image pair loader", ImagePairLoader.LoaderName)]
[assembly: LoadableClass(typeof(ImageListLoader), null, typeof(SignatureLoadModel), "Image list loader", ImageListLoader.LoaderName)]
[assembly: LoadableClass(typeof(ImageFileLoader), null, typeof(SignatureLoadModel), "Image file loader", ImageFileLoader.LoaderName)]
[assembly: LoadableClass(typeof(DicomSeriesLoader), null, typeof(SignatureLoadModel), "DICOM series loader", DicomSeriesLoader.LoaderName)]
[assembly: LoadableClass(
    typeof(TaskTaggingTransformer), null, typeof(SignatureLoadModel), "Task tagging", TaskTaggingTransformer.LoaderName)]
[assembly: LoadableClass(typeof(TatTransformer), null, typeof(SignatureLoadModel), "Task-Adaptive Transformer", TatTransformer.LoaderName)]
[assembly: LoadableClass(
    typeof(TatOnnxTransformer), null, typeof(SignatureLoadModel), "TAT on ONNX Runtime", TatOnnxTransformer.LoaderName)]
