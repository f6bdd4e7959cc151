using Tat.Samples.Shell;

namespace Tat.Tests.Samples;

[TestClass]
public sealed class TerminalTests
{
    [TestMethod]
    [DataRow("Training", 8, "Training")]
    [DataRow("Training: iteration 20", 10, "Training:…")]
    [DataRow("Training", 1, "…")]
    [DataRow("Training", -5, "…")]
    public void Status_is_shortened_to_the_width_of_the_terminal(string text, int width, string shown) => Assert.AreEqual(shown, Terminal.Fit(text, width));
}
