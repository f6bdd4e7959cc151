using Tat.Torch.Runtime;
using TorchSharp;

namespace Tat.Tests.Runtime;

[TestClass]
public sealed class ComputeDeviceTests
{
    [TestMethod]
    [DataRow("cpu", null)]
    [DataRow(" CPU ", null)]
    [DataRow("cuda", 0)]
    [DataRow("cuda:0", 0)]
    [DataRow("Cuda:13", 13)]
    [DataRow("auto", 0)]
    public void A_name_says_which_device(string name, int? index) => Assert.AreEqual(index, ComputeDevice.CudaIndex(name));

    [TestMethod]
    [DataRow("")]
    [DataRow("gpu")]
    [DataRow("cuda:")]
    [DataRow("cuda:-1")]
    [DataRow("cuda:1.0")]
    [DataRow("cuda:99999999999")]
    public void Another_name_is_refused_with_the_ones_there_are(string name)
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() => ComputeDevice.Choose(name));
        Assert.Contains($"'{name}' is not a device; use cpu, cuda, cuda:N or auto", error.Message);
    }

    [TestMethod]
    public void The_cpu_is_always_there() => Assert.AreEqual(DeviceType.CPU, ComputeDevice.Choose("cpu").type);

    [TestMethod]
    public void A_gpu_that_is_not_there_is_an_error_or_the_cpu_by_choice()
    {
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => ComputeDevice.Choose("cuda:4321"));
        Assert.Contains("'cuda:4321' is not available", error.Message);
        Assert.AreEqual(DeviceType.CPU, ComputeDevice.Choose("cuda:4321", fallBackToCpu: true).type);
        Assert.AreEqual(torch.cuda.is_available() ? DeviceType.CUDA : DeviceType.CPU, ComputeDevice.Choose("auto").type);
    }
}
