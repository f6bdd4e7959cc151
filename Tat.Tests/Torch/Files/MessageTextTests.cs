using CsCheck;
using Tat.Torch.Files;

namespace Tat.Tests.Files;

[TestClass]
public sealed class MessageTextTests
{
    [TestMethod]
    public void Text_of_files_becomes_one_short_line_that_a_terminal_does_not_obey() =>
        Gen.String[Gen.Char['\0', '\u2100'], 0, 2000].Sample(text =>
        {
            var line = MessageText.OneLine(text, 300);
            return line.Length <= 300 && !line.Any(char.IsControl) && !line.Contains('\u202E');
        });

    [TestMethod]
    public void Beginning_and_end_of_a_long_message_stay()
    {
        var line = MessageText.OneLine($"'file': too long {new string('x', 1000)}; raise the limit.", 300);
        StringAssert.StartsWith(line, "'file': too long");
        StringAssert.EndsWith(line, "; raise the limit.");
    }

    [TestMethod]
    public void Ordinary_text_stays_as_it_is() =>
        Assert.AreEqual("Größe 5 × 5 mm, \u200dनमस्ते", MessageText.OneLine("Größe 5 × 5 mm, \u200dनमस्ते"));

    [TestMethod]
    public void One_is_called_otherwise_than_several() => CollectionAssert.AreEqual(
        new[] { "0 slices", "1 slice", "2 slices", "1 slice is", "3 slices are" },
        new[]
        {
            MessageText.Amount(0, "slice"), MessageText.Amount(1, "slice"), MessageText.Amount(2, "slice"),
            MessageText.Amount(1, "slice is", "slices are"), MessageText.Amount(3, "slice is", "slices are"),
        });
}
