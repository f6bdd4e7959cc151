using System.Globalization;
using System.IO.Compression;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Tat.MLNet.Formats;
using Tat.Samples.Service.Viewing;
using Tat.Tests.Formats.Nifti;

namespace Tat.Tests.Service;

/// <summary>What may be chosen on the page, in Chromium, and how its results are looked at.</summary>
[TestClass]
public sealed partial class PageChoicesTests
{
    private const float Patience = 120_000;

    [TestMethod]
    public async Task A_finer_result_with_margins_is_compared_with_its_input_pixel_by_pixel()
    {
        await using var host = await PageHost.StartAsync();
        var errors = new List<string>();
        var page = await host.OpenAsync(errors);
        var scan = NiftiSamples.WriteNoise(host["scan.nii.gz"]);
        await page.SetInputFilesAsync("#files", scan);
        await page.CheckAsync("#tasks input[value=MRI]");
        await page.ClickAsync("summary");

        // What the service refuses is said, and where to change it.
        await page.GetByLabel("Finer grid").FillAsync("9");
        await page.GetByLabel("Uncertainty").CheckAsync();
        await page.ClickAsync("#restore");
        await Assertions.Expect(page.Locator("#notices")).ToContainTextAsync("use 1 to 4");
        await Assertions.Expect(page.Locator("#factor")).ToBeFocusedAsync();
        await Assertions.Expect(page.Locator("#factor")).ToHaveAttributeAsync("aria-invalid", "true");
        Assert.HasCount(1, errors, string.Join('\n', errors)); // the browser's own word on the refusal
        errors.Clear();

        await page.FillAsync("#factor", "2");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#slice-value")).ToHaveTextAsync("2 / 2", new() { Timeout = Patience });
        await Assertions.Expect(page.Locator("#job-facts")).ToContainTextAsync("factor 2x2 · uncertainty");
        await Assertions.Expect(page.Locator("#remark")).ToContainTextAsync("finer grid of the result");

        var download = await page.RunAndWaitForDownloadAsync(() => page.ClickAsync("#download"));
        await download.SaveAsAsync(host["result.zip"]);
        ZipFile.ExtractToDirectory(host["result.zip"], host["result"]);
        using var source = ImageFormats.Open(scan, new() { Upsampling = new(2) });
        using var restored = ImageFormats.Open(host["result/scan.nii.gz"]);
        using var margins = ImageFormats.Open(host["result/scan_margin.nii.gz"]);

        var job = new Uri(page.Url).Fragment[1..];
        var image = (await host.Client.GetFromJsonAsync<ImageView>($"api/jobs/{job}/images/0", JsonSerializerOptions.Web))!;
        Assert.AreEqual((40, 48, 2, 0.75, 1.0, true),
            (image.Width, image.Height, image.Slices, image.ColumnSpacing, image.RowSpacing, image.HasMargins));
        Assert.AreEqual(await SizeAsync("#after"), await SizeAsync("#before"));

        var frame = (await page.Locator("#frame").BoundingBoxAsync())!;
        foreach (var (x, y) in new[] { (0.1f, 0.2f), (0.42f, 0.9f), (0.93f, 0.55f) })
        {
            await page.Mouse.MoveAsync(frame.X + (x * frame.Width), frame.Y + (y * frame.Height));
            await Assertions.Expect(page.Locator("#readout")).ToContainTextAsync("±");
            var told = Readout().Match(await page.Locator("#readout").InnerTextAsync());
            Assert.IsTrue(told.Success, await page.Locator("#readout").InnerTextAsync());
            var (column, row) = PlaceOf(image, Number(told, "column"), Number(told, "row"));
            foreach (var (name, values) in new[] { ("before", source), ("restored", restored), ("margin", margins) })
            {
                var expected = values.ReadSlice(1)[row, column];
                Assert.AreEqual(expected, Number(told, name), Math.Max(0.51, 1e-3 * Math.Abs(expected)), $"{name} at {column}, {row}");
            }
        }

        await page.CheckAsync("input[value=difference]");
        await Assertions.Expect(page.Locator("#after-tag")).ToHaveTextAsync("Restored − before");
        Assert.IsEmpty(errors, string.Join('\n', errors));

        Task<string> SizeAsync(string canvas) => page.EvaluateAsync<string>(
            "selector => { const { width, height } = document.querySelector(selector); return `${width} x ${height}`; }", canvas);
    }

    /// <summary>Where a pixel of the picture lies in a slice.</summary>
    private static (int Column, int Row) PlaceOf(ImageView image, double shownColumn, double shownRow)
    {
        var turned = image.Orientation is { Transpose: true };
        var (column, row) = turned ? ((int)shownRow, (int)shownColumn) : ((int)shownColumn, (int)shownRow);
        return (image.Orientation is { FlipColumns: true } ? image.Width - 1 - column : column,
            image.Orientation is { FlipRows: true } ? image.Height - 1 - row : row);
    }

    private static double Number(Match match, string name) =>
        double.Parse(match.Groups[name].Value.Replace('−', '-'), CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<column>\d+), (?<row>\d+)\s+before (?<before>\S+)\s+restored (?<restored>\S+) ± (?<margin>\S+) ")]
    private static partial Regex Readout();
}
