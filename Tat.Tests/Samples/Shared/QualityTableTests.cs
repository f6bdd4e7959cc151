using Tat.Samples.Shared;
using Tat.Torch.Metrics;
using Tat.Torch.Tasks;

namespace Tat.Tests.Samples;

[TestClass]
public sealed class QualityTableTests
{
    [TestMethod]
    [DataRow(25.0, 26.0, null)]
    [DataRow(25.0, 25.01, "changes next to nothing")]
    [DataRow(25.0, 24.0, "worse (-1.00 dB)")]
    public void It_says_where_a_model_does_not_help(double input, double restored, string? remark)
    {
        var table = QualityTable.Of([(RestorationTask.Mri, new(input, 0.5, 10, 400), new ImageQuality(restored, 0.5, 10, 400))]);
        var remarks = string.Join('\n', table.Remarks());
        Assert.AreEqual(remark is null, remarks.Length == 0, remarks);
        StringAssert.Contains(remarks, remark ?? "", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Without_a_model_there_is_nothing_to_say() =>
        Assert.IsEmpty(QualityTable.Of([(RestorationTask.Ct, new(25, 0.5, 10, 400), null)]).Remarks());
}
