using Tat.Samples.Bench;
using Tat.Tests.Formats;

namespace Tat.Tests.Samples.Bench;

[TestClass]
public sealed class OnnxProfileTests
{
    [TestMethod]
    public void What_runs_inside_of_a_loop_is_not_counted_twice()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["profile.json"], """
            [
            {"cat":"Session","name":"session_initialization","dur":900000,"ts":1,"args":{}},
            {"cat":"Node","name":"a_kernel_time","dur":2000,"ts":1100,"args":{"op_name":"Conv"}},
            {"cat":"Node","name":"b_kernel_time","dur":1000,"ts":3100,"args":{"op_name":"Gemm"}},
            {"cat":"Node","name":"b_fence_before","dur":7000,"ts":3100,"args":{"op_name":"Gemm"}},
            {"cat":"Node","name":"loop_kernel_time","dur":4000,"ts":1000,"args":{"op_name":"Loop"}},
            {"cat":"Node","name":"c_kernel_time","dur":3000,"ts":5000,"args":{"op_name":"Conv"}}
            ]
            """);
        var times = OnnxProfile.Read(folder["profile.json"], runs: 2);
        CollectionAssert.AreEquivalent(new[] { "Conv", "Gemm", "Loop" }, times.Keys);
        Assert.AreEqual((2.5, 0.5, 0.5), (times["Conv"], times["Gemm"], times["Loop"]));
    }
}
