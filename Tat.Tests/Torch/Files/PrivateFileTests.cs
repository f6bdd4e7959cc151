using Tat.Torch.Files;

namespace Tat.Tests.Files;

[TestClass]
public sealed class PrivateFileTests
{
    [TestMethod]
    public void It_can_be_written_and_read_and_has_no_name_that_others_could_open()
    {
        var before = Directory.GetFiles(Path.GetTempPath(), "tat-*.raw");
        using var handle = PrivateFile.Create();
        RandomAccess.Write(handle, "voxels"u8, 0);
        var content = new byte[6];
        RandomAccess.Read(handle, content, 0);
        CollectionAssert.AreEqual("voxels"u8.ToArray(), content);
        if (!OperatingSystem.IsWindows())
        {
            Assert.AreEqual(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(handle));
            Assert.IsEmpty(Directory.GetFiles(Path.GetTempPath(), "tat-*.raw").Except(before));
        }
    }
}
