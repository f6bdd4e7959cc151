using Tat.Samples.Comparison;
using Tat.Samples.Reports;
using Tat.Tests.Metrics;
using Tat.Torch.Tasks;

namespace Tat.Tests.Samples.Comparison;

[TestClass]
public sealed class LesionTableTests
{
    private const int Lesions = 40;

    [TestMethod]
    public void A_method_that_scales_contrast_and_noise_alike_loses_nothing()
    {
        var table = Table(look => 0.4 * look.Score);
        var row = All(table, "Model");
        Assert.AreEqual(All(table, "Input")["Found"], row["Found"]);
        Assert.AreEqual("0", row["Lost"]);
        Assert.AreEqual("0", row["Won"]);
        Assert.AreEqual("1", row["p (found)"]);
        Assert.AreEqual("0", row["Made"]);

        // A reader who expects the input's contrast sees no false alarms, and fewer lesions.
        Assert.AreEqual("0", row["False alarms"]);
        Assert.IsLessThan(
            int.Parse(All(table, "Input")["Found as in input"], null), int.Parse(row["Found as in input"], null));
        Assert.StartsWith(All(table, "Input")["Found as in input"] + " of ", All(table, "Input")["Found"]);
        Assert.AreEqual("8", All(table, "Input")["False alarms"]);
        Assert.AreEqual(0.4, Kept(row) / Kept(All(table, "Input")), 0.01);
        var remark = table.Remarks().First();
        StringAssert.Contains(
            remark, "CT, model: lesions are not shown to be easier or harder to find than in the input", StringComparison.Ordinal);
        StringAssert.Contains(remark, "0 are won and 0 lost at 10 % false alarms (p = 1)", StringComparison.Ordinal);
        Assert.HasCount(2, table.Remarks());
    }

    [TestMethod]
    public void A_kind_that_a_method_removes_is_told()
    {
        // Of lesions of 5 mm nothing is left but noise of another image.
        var noise = new Random(9);
        var table = Table(look => look.Diameter == 5 ? DetectionScoreTests.Normal(noise, 1, 0)[0] : look.Score);
        var remarks = string.Join('\n', table.Remarks());
        StringAssert.Contains(remarks, "CT, model: lesions are harder to find than in the input", StringComparison.Ordinal);
        StringAssert.Contains(remarks, "CT, 5 mm, −30 HU, model: harder to find (AUC", StringComparison.Ordinal);
        StringAssert.Contains(remarks, "CT, 5 mm, −30 HU, model: more lost against the input (", StringComparison.Ordinal);
        Assert.DoesNotContain("10 mm", remarks);
        var rows = Rows(table.Tables().Last());
        var kind = rows.Single(row => row["Method"] == "Model" && row["Lesion"] == "5 mm, −30 HU");
        Assert.IsGreaterThan(20, int.Parse(kind["Lost"], null));
        Assert.IsLessThan(0.001, double.Parse(kind["p (found)"], null));
        Assert.AreEqual("0", rows.Single(row => row["Method"] == "Model" && row["Lesion"] == "10 mm, −30 HU")["Lost"]);
    }

    [TestMethod]
    public void Less_noise_wins_lesions()
    {
        var table = Table(look => look.Truth + (0.3 * (look.Score - look.Truth)));
        StringAssert.Contains(table.Remarks().First(), "lesions are easier to find than in the input", StringComparison.Ordinal);
        Assert.AreEqual("0", All(table, "Model")["Lost"]);
        Assert.AreNotEqual("0", All(table, "Model")["Won"]);
    }

    [TestMethod]
    public void A_lesion_is_made_where_a_place_without_one_looks_like_one_in_the_result_alone()
    {
        // In three phantoms, where the input shows nothing, the result shows what is far above the noise.
        var table = Table(
            look => look is { Truth: 0, Phantom: < 3, Diameter: 5 } ? 20 : look is { Phantom: > 30, Truth: 0 } ? -1 : look.Score,
            look => look is { Truth: 0, Phantom: < 3 } ? -5 : look.Score);
        Assert.AreEqual("3", All(table, "Model")["Made"]);
        Assert.AreEqual("-", All(table, "Input")["Made"]);
        Assert.AreEqual("-", All(table, "Reference")["Made"]);
    }

    [TestMethod]
    public void Places_of_a_size_make_the_threshold_together()
    {
        // Ten places of each of two kinds: two of twenty are false alarms, and both are of the first kind.
        LesionLook Look(int phantom, double contrast, string method, double absent) =>
            new(RestorationTask.Ct, phantom, new(10, contrast), method, absent, 9.5, 0);
        var detection = new LesionDetection([.. new[] { MeasuredImage.Input, MeasuredImage.Reference }.SelectMany(method =>
            Enumerable.Range(0, 10).SelectMany(i => new[] { Look(i, -30, method, 1 + i), Look(i, -20, method, -i) }))]);
        Assert.AreEqual(2, detection.Of(MeasuredImage.Input, new(10, -30)).FalseAlarms);
        Assert.AreEqual(0, detection.Of(MeasuredImage.Input, new(10, -20)).FalseAlarms);
        Assert.AreEqual(20, detection.Of(MeasuredImage.Input).Found);
    }

    [TestMethod]
    public void The_best_filter_has_the_largest_area_and_the_model_is_compared_with_it()
    {
        var table = Table(look => look.Score, filters:
            [("Blind", look => -look.Score), ("Keen", look => look.Truth + (0.3 * (look.Score - look.Truth)))]);
        Assert.AreEqual("Keen", table.BestFilter(RestorationTask.Ct));
        StringAssert.Contains(string.Join('\n', table.Remarks()),
            "CT, model: lesions are harder to find than in the best filter (Keen)", StringComparison.Ordinal);
        Assert.IsFalse(table.Tables().Any(shown => Rows(shown).Exists(row => row["Method"] == "Blind")));
    }

    [TestMethod]
    public void Maxima_of_PET_lesions_from_10_mm_on_are_bounded()
    {
        var table = Table(look => look.Score, task: RestorationTask.Pet, maximum: (method, diameter) =>
            method == "Model" ? diameter == 5 ? 50 : 90 : method == "Input" ? 103 : 100);
        Assert.AreEqual("−10.0 %", All(table, "Model")["Maximum"]);
        Assert.AreEqual("+3.0 %", All(table, "Input")["Maximum"]);
        var remarks = string.Join('\n', table.Remarks());
        StringAssert.Contains(remarks, "PET, model: the maximum of lesions of 10 mm and more is off on the mean by −10.0 % "
            + "(input: +3.0 %); the bound is 5 %.", StringComparison.Ordinal);
        StringAssert.Contains(remarks, "PET, 10 mm, -30-fold, model: the maximum is off by −10 % on the mean", StringComparison.Ordinal);
        Assert.DoesNotContain("PET, 5 mm, -30-fold, model: the maximum", remarks);
    }

    [TestMethod]
    public void Of_methods_with_noise_of_their_own_few_are_shown_to_find_more()
    {
        // A test that took the thresholds for known would show it in one of five studies.
        var random = new Random(12);
        double Noise() => 0.5 * DetectionScoreTests.Normal(random, 1, 0)[0];
        var shown = Enumerable.Range(0, 60).Count(study =>
        {
            LesionLook Look(int phantom, LesionKind kind, string method, double absent, double present) =>
                new(RestorationTask.Ct, phantom, kind, method, absent + Noise(), 1 + present + Noise(), 0);
            var detection = new LesionDetection([.. Enumerable.Range(0, 48).SelectMany(phantom =>
                new LesionKind[] { new(10, 30), new(10, 20), new(10, 10) }.SelectMany(kind =>
                {
                    var seen = DetectionScoreTests.Normal(random, 2, 0);
                    return new[] { MeasuredImage.Input, MeasuredImage.Model, MeasuredImage.Reference }
                        .Select(method => Look(phantom, kind, method, seen[0], seen[1]));
                }))]);
            return detection.CompareFound(MeasuredImage.Model, MeasuredImage.Input).Difference.PValue < 0.05;
        });
        Assert.IsLessThan(8, shown);
    }

    private sealed record Seen(int Phantom, double Diameter, double Truth, double Score);

    /// <summary>Lesions of two sizes, two standard deviations above the noise of the input.</summary>
    private static LesionTable Table(Func<Seen, double> model, Func<Seen, double>? input = null, RestorationTask? task = null,
        Func<string, double, double>? maximum = null, (string Name, Func<Seen, double> Score)[]? filters = null)
    {
        var (table, random) = (new LesionTable(), new Random(8));
        input ??= look => look.Score;
        foreach (var phantom in Enumerable.Range(0, Lesions))
        {
            foreach (var diameter in new[] { 10.0, 5 })
            {
                Seen absent = new(phantom, diameter, 0, DetectionScoreTests.Normal(random, 1, 0)[0]);
                Seen present = new(phantom, diameter, 2, DetectionScoreTests.Normal(random, 1, 2)[0]);
                (absent, present) = (absent with { Score = input(absent) }, present with { Score = input(present) });
                void Add(string method, Func<Seen, double> score) => table.Add(new LesionLook(task ?? RestorationTask.Ct, phantom,
                    new(diameter, -30), method, score(absent), score(present), maximum?.Invoke(method, diameter) ?? 0));
                Add(MeasuredImage.Input, look => look.Score);
                foreach (var (name, score) in filters ?? [("Filter", look => look.Score)])
                {
                    Add(name, score);
                }

                Add(MeasuredImage.Model, model);
                Add(MeasuredImage.Reference, look => look.Truth);
            }
        }

        return table;
    }

    private static Dictionary<string, string> All(LesionTable table, string method) =>
        Rows(table.Tables().First()).Single(row => row["Method"] == method);

    /// <summary>By the headings; where one comes twice, the last.</summary>
    private static List<Dictionary<string, string>> Rows(ReportTable table) =>
        [.. table.Rows.Select(row => table.Headings.Zip(row).GroupBy(cell => cell.First).ToDictionary(
            cell => cell.Key, cell => cell.Last().Second))];

    private static double Kept(Dictionary<string, string> row) => double.Parse(row["Contrast kept"].TrimEnd('%', ' '), null);
}
