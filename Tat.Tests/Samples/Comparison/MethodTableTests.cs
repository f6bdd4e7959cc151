using Tat.Samples.Comparison;
using Tat.Torch.Files;
using Tat.Torch.Metrics;
using Tat.Torch.Tasks;

namespace Tat.Tests.Samples.Comparison;

[TestClass]
public sealed class MethodTableTests
{
    private static readonly ImageFidelity _plain = new(0, 0, 1, 0.2, 1);

    [TestMethod]
    [DataRow(25.0, 26.0, null)]
    [DataRow(25.0, 25.01, "changes almost nothing")]
    [DataRow(25.0, 24.0, "worse (-1.00 dB)")]
    public void It_says_where_a_model_does_not_help(double input, double model, string? remark)
    {
        var remarks = string.Join('\n', Table(("Input", input), ("Model", model)).Remarks());
        Assert.AreEqual(remark is null, remarks.Length == 0, remarks);
        StringAssert.Contains(remarks, remark ?? "", StringComparison.Ordinal);
    }

    [TestMethod]
    [DataRow(28.0, "the model is 1.00 dB above the best filter (B")]
    [DataRow(27.01, "no better than the best filter (B")]
    [DataRow(26.5, "a filter is better than the model by 0.50 dB (B")]
    public void It_compares_a_model_with_the_best_filter(double model, string remark) =>
        StringAssert.Contains(Table(("Input", 25), ("A", 26), ("B", 27), ("C", 24), ("Model", model)).Remarks().Single(), remark,
            StringComparison.Ordinal);

    [TestMethod]
    public void The_test_is_that_of_the_model_against_its_rival()
    {
        var table = MethodTable.Of(Enumerable.Range(0, 6).Select(i => Image(("Input", 20), ("Filter", 24 + i), ("Model", 25 + (1.1 * i)))));
        Assert.AreEqual(2 / 64.0, table.Rows.Single(row => row.Method == "Model").PValue!.Value, 1e-12);
        Assert.IsTrue(table.Rows.All(row => row.Method == "Model" || row.PValue is null));
    }

    [TestMethod]
    public void Without_a_model_there_is_nothing_to_say() => Assert.IsEmpty(Table(("Input", 25), ("A", 26)).Remarks());

    [TestMethod]
    public void Markdown_has_a_line_for_each_row_of_as_many_cells()
    {
        var lines = Table(("Input", 25), ("Model", 26)).ToMarkdown().Where(line => line.StartsWith('|')).ToList();
        Assert.HasCount(2 + 3, lines);
        Assert.HasCount(1, lines.Select(line => line.Count(character => character == '|')).Distinct());
    }

    [TestMethod]
    public void What_files_are_called_is_harmless_in_every_table()
    {
        var image = Image(("Input", 25)) with { Group = "a|\u001b[2J\n<b>", Name = "=\u001b]0;x\u0007" };
        var markdown = string.Concat(MethodTable.Of([image]).ToMarkdown());
        Assert.Contains("**a\\|\uFFFD[2J &lt;b>: 1 image", markdown);
        var lines = string.Concat(MeasuredImage.ToCsv([image]));
        Assert.Contains("\"'=\uFFFD]0;x\uFFFD\"", lines);
        Assert.AreEqual(MessageText.Printable(markdown + lines), markdown + lines);
    }

    private static MethodTable Table(params (string Method, double Psnr)[] scores) => MethodTable.Of([Image(scores)]);

    private static MeasuredImage Image(params (string Method, double Psnr)[] scores) =>
        new(RestorationTask.Mri, "MRI", "image", 0, 1, [.. scores.Append(("Reference", double.PositiveInfinity))
            .Select(score => new MethodScore(score.Item1, new(score.Item2, 0.5, 10, 400), _plain))]);
}
