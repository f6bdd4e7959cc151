using Tat.Samples.Bench.Programs;

namespace Tat.Tests.Samples.Bench.Programs;

[TestClass]
public sealed class InstructionSetTests
{
    [TestMethod]
    public void Programs_and_what_they_multiply_with_are_told_alike()
    {
        Assert.IsEmpty(InstructionSet.Of("all").Variables);
        var environment = InstructionSet.Of("avx2").Limit(new("program")).Environment;
        Assert.AreEqual("0", environment["DOTNET_EnableAVX512"]);
        Assert.AreEqual("avx2", environment["ATEN_CPU_CAPABILITY"]);
        Assert.AreEqual("AVX2", environment["MKL_ENABLE_INSTRUCTIONS"]);
        Assert.AreEqual("AVX2", environment["ONEDNN_MAX_CPU_ISA"]);
    }
}
