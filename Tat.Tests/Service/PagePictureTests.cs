using System.IO.Compression;
using Microsoft.Playwright;
using Tat.Tests.Samples;

namespace Tat.Tests.Service;

/// <summary>Whole scans of patients through the page, and the picture of it that the guide shows; they take minutes.</summary>
[TestClass]
public sealed class PagePictureTests
{
    [TestMethod]
    public async Task Real_scans_are_restored_and_pictured()
    {
        if (Environment.GetEnvironmentVariable("TAT_PAGE_PICTURE") is not { Length: > 0 } picture)
        {
            Assert.Inconclusive("TAT_PAGE_PICTURE names no file for the picture of the page.");
            return;
        }

        var errors = new List<string>();
        await using var host = await PageHost.StartAsync();
        var page = await host.OpenAsync(errors, new() { ViewportSize = new() { Width = 1440, Height = 900 } });
        page.SetDefaultTimeout(300_000);
        Assertions.SetDefaultExpectTimeout(300_000);

        await page.SetInputFilesAsync("#files", TestData.Path("data/real/mr_t2flair_brain_fernando.nii.gz"));
        await page.CheckAsync("#tasks input[value=MRI]");
        await RestoreAsync("14 / 26");
        await Assertions.Expect(page.Locator("#job-warnings")).ToContainTextAsync("k-space is full");

        var ct = TestData.Path("data/real/ct_CRLM-CT-1004");
        ZipFile.CreateFromDirectory(ct, host["ct_CRLM-CT-1004.zip"]);
        await page.SetInputFilesAsync("#files", host["ct_CRLM-CT-1004.zip"]);
        await RestoreAsync("5 / 8");

        // At a quarter of its dose, what restoring does is seen at this size.
        (await Cli.RunAsync("simulate", ct, "--task", "CT", "--dose", "0.25", "--out", host["pairs"])).AssertDone();
        var good = Directory.EnumerateFileSystemEntries(host["pairs"], "*", SearchOption.AllDirectories)
            .First(path => Path.GetFileName(Path.GetDirectoryName(path)) == "HQ");
        var low = good.Replace($"{Path.DirectorySeparatorChar}HQ{Path.DirectorySeparatorChar}", "/LQ/", StringComparison.Ordinal);
        await page.SetInputFilesAsync("#files", low);
        await page.ClickAsync("summary");
        await page.SetInputFilesAsync("#reference", good);
        await page.CheckAsync("#tasks input[value=CT]");
        await RestoreAsync(null);
        await Assertions.Expect(page.Locator("#scores tbody td").First).ToContainTextAsync("dB");
        await page.ScreenshotAsync(new() { Path = picture });
        Assert.IsEmpty(errors, string.Join('\n', errors));

        async Task RestoreAsync(string? slice)
        {
            await page.ClickAsync("#restore");
            await Assertions.Expect(page.Locator("#job")).ToHaveAttributeAsync("data-state", "succeeded");
            await Assertions.Expect(page.Locator("#viewer")).ToBeVisibleAsync();
            if (slice is not null)
            {
                await Assertions.Expect(page.Locator("#slice-value")).ToHaveTextAsync(slice);
            }
        }
    }
}
