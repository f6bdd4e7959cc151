namespace Tat.Tests.Runtime;

[TestClass]
public sealed class MemoryAllocatorTests
{
    /// <summary>In a fresh process: the setting is the whole process's and can't be taken back.</summary>
    [TestMethod]
    public async Task Tuning_keeps_freed_blocks_on_glibc_until_they_are_trimmed_and_does_nothing_elsewhere()
    {
        bool isGlibc = OperatingSystem.IsLinux() && !System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier.Contains("musl");
        var outcome = await FreshProcess.Run("tune");
        Assert.AreEqual(isGlibc ? "True, block kept, then returned" : "False", outcome.Output, outcome.Error);
    }
}
