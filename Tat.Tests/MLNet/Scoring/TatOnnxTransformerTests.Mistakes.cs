using Microsoft.ML;
using Microsoft.ML.Data;
using Tat.MLNet.Scoring;
using Tat.Tests.Formats;
using Tat.Tests.Onnx;
using Tat.Torch.Inference;

namespace Tat.Tests.Scoring;

public sealed partial class TatOnnxTransformerTests
{
    [TestMethod]
    public void A_GPU_that_the_context_names_is_asked_for_and_the_CPU_takes_its_place_where_that_is_allowed()
    {
        var (strict, lenient) = (new MLContext { GpuDeviceId = 63, FallbackToCpu = false },
            new MLContext { GpuDeviceId = 63, FallbackToCpu = true });
        var error = Assert.ThrowsExactly<NotSupportedException>(() => strict.ImageRestoration.ApplyOnnx().Fit(Rows()));
        StringAssert.Contains(error.Message, "'CUDA' is not available here");

        var warnings = new List<string>();
        lenient.Log += (_, log) => warnings.Add(log.Message);
        using var transformer = lenient.ImageRestoration.ApplyOnnx().Fit(Rows());
        Assert.HasCount(_sizes.Length, transformer.Transform(Rows()).GetColumn<float[]>("Restored").ToArray());
        Assert.IsTrue(warnings.Exists(message => message.Contains("runs on the CPU instead", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void Options_are_checked_when_the_estimator_is_made()
    {
        StringAssert.StartsWith(Refused(new() { BatchSize = 0 }), "The restoration option BatchSize is 0: use 1 or more.");
        StringAssert.StartsWith(Refused(new() { OutputColumnName = " " }),
            "The restoration option OutputColumnName is ' ': give the name of a column.");
        StringAssert.StartsWith(Refused(new() { Runtime = new() { NonFinite = NonFiniteHandling.PassThrough } }),
            "The restoration option Runtime.NonFinite is PassThrough: set NonFinite beside it");

        string Refused(TatOnnxEstimator.Options options) =>
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.ImageRestoration.ApplyOnnx(options)).Message;
    }

    [TestMethod]
    public void Says_what_is_wrong_with_columns_and_files()
    {
        using var folder = new TemporaryFolder();
        using var model = ExportedModels.CreateModel();
        File.WriteAllBytes(folder["tat.onnx"], ExportedModels.Export(model));
        StringAssert.Contains(
            Assert.Throws<ArgumentException>(() =>
                _ml.ImageRestoration.ApplyOnnx(folder["tat.onnx"], inputColumnName: "Pixels").Fit(Rows())).Message,
            "Could not find input column 'Pixels'");
        StringAssert.Contains(
            Assert.Throws<ArgumentException>(() =>
                _ml.ImageRestoration.ApplyOnnx(folder["tat.onnx"], heightColumnName: "Task").Fit(Rows())).Message,
            "Schema mismatch for input column 'Task': expected Int32");
        Assert.ThrowsExactly<FileNotFoundException>(() => _ml.ImageRestoration.ApplyOnnx(folder["none.onnx"]));
        File.WriteAllText(folder["text.onnx"], "text");
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidDataException>(() => _ml.ImageRestoration.ApplyOnnx(folder["text.onnx"]).Fit(Rows())).Message,
            "text.onnx");
    }
}
