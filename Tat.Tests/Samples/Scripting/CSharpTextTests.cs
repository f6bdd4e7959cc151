using Tat.Samples.Scripting;
using Tat.Torch.Training;

namespace Tat.Tests.Samples.Scripting;

[TestClass]
public sealed class CSharpTextTests
{
    [TestMethod]
    public void Values_are_written_as_code()
    {
        Assert.AreEqual("\"C:\\\\a \\u0022b\\u0022\\n\"", CSharpText.Literal("C:\\a \"b\"\n"));
        Assert.AreEqual("1E-07", CSharpText.Literal(1e-7));
        Assert.AreEqual("true", CSharpText.Literal(true));
        Assert.AreEqual("DivergenceHandling.RollBack", CSharpText.Literal(DivergenceHandling.RollBack));
        Assert.AreEqual("[1, 2]", CSharpText.Literal(new List<int> { 1, 2 }));
        Assert.AreEqual("[new PatchStage(2, 16, 3)]", CSharpText.Literal(new PatchStage[] { new(2, 16, 3) }));
        Assert.AreEqual("new Dictionary<string, double> { [\"MRI\"] = 1.5 }",
            CSharpText.Literal(new Dictionary<string, double> { ["MRI"] = 1.5 }));
        Assert.AreEqual("TimeSpan.FromTicks(600000000)", CSharpText.Literal(TimeSpan.FromMinutes(1)));
        Assert.AreEqual("TorchSharp.torch.device(\"cpu\")", CSharpText.Literal(TorchSharp.torch.device("cpu")));
        Assert.ThrowsExactly<NotSupportedException>(() => CSharpText.Literal(new Version(1, 0)));
    }

    [TestMethod]
    public void Every_option_that_has_a_value_is_named()
    {
        var text = CSharpText.Initializer(TatTrainerOptions.Cpu with { LaterStages = [new(2, 16, 3)] }, 0);
        foreach (var property in typeof(TatTrainerOptions).GetProperties()
            .Where(property =>
                property.CanWrite && property.GetValue(TatTrainerOptions.Cpu) is bool or long or int or double or Enum or ulong))
        {
            StringAssert.Contains(text, $"    {property.Name} = ", StringComparison.Ordinal);
        }

        StringAssert.Contains(text, "LaterStages = [new PatchStage(2, 16, 3)]", StringComparison.Ordinal);
    }
}
