using System.Text.Json;
using Tat.Samples.Shell;
using Tat.Torch.Files;

namespace Tat.Tests.Samples;

[TestClass]
public sealed class TerminalTests
{
    [TestMethod]
    [DataRow("Training", 8, "Training")]
    [DataRow("Training: iteration 20", 10, "Training:…")]
    [DataRow("Training", 1, "…")]
    [DataRow("Training", -5, "…")]
    public void Status_is_shortened_to_the_width_of_the_terminal(string text, int width, string shown) =>
        Assert.AreEqual(shown, Terminal.Fit(text, width));

    [TestMethod]
    public void JSON_has_no_character_that_a_terminal_obeys_and_loses_none()
    {
        const string Name = "a\u001b]0;x\u0007\u009b1m\u202eb\u2028\u00e9\"\\u001b";
        var output = new StringWriter();
        new Terminal(output, TextWriter.Null, isInteractive: false).Json(new[] { Name });
        var text = output.ToString().TrimEnd();
        Assert.AreEqual(MessageText.Printable(text), text);
        Assert.AreEqual(Name, JsonSerializer.Deserialize<string[]>(text)!.Single());
    }
}
