namespace Tat.Tests;

[TestClass]
public sealed class NeedsTests
{
    [TestMethod]
    [DataRow("data", null, false)]
    [DataRow("data", "readers, data", true)]
    [DataRow("avx2", "avx512", false)]
    [DataRow("strace", "all", true)]
    [DataRow("corpus", "all", false)]
    [DataRow("corpus", "all,corpus", true)]
    public void A_listed_need_is_required(string need, string? list, bool required) =>
        Assert.AreEqual(required, Needs.IsRequired(need, list));

    [TestMethod]
    public void A_misspelt_need_is_refused_with_the_known_ones()
    {
        var message = Assert.ThrowsExactly<ArgumentException>(() => Needs.IsRequired(Needs.Data, "reader")).Message;
        Assert.Contains("'reader'", message);
        Assert.Contains("readers", message);
    }
}
