using Microsoft.Playwright;
using Tat.MLNet.Scans;
using Tat.Tests.Scoring;
using Tat.Torch.Onnx;

namespace Tat.Tests.Service;

/// <summary>The choice of a model on the page, in Chromium.</summary>
[TestClass]
public sealed class PageModelTests
{
    [TestMethod]
    public async Task The_model_that_is_chosen_restores()
    {
        var file = Path.Combine(Path.GetTempPath(), $"tat-test-{Guid.NewGuid():N}.onnx");
        try
        {
            using (var model = TinyModel.Create(3))
            {
                OnnxExporter.Export(model, file, new() { Verify = false });
            }

            await using var host = await PageHost.StartAsync($"--Service:Models:small={file}");
            var errors = new List<string>();
            var page = await host.OpenAsync(errors);
            var scan = host.WriteScan("scan.nii.gz", noise: 60);
            await page.SetInputFilesAsync("#files", scan);
            await page.CheckAsync("#tasks input[value=CT]");
            await page.ClickAsync("summary");
            await Assertions.Expect(page.Locator("#models option")).ToHaveCountAsync(2);
            await page.SelectOptionAsync("#models", "small");
            await Assertions.Expect(page.Locator("#tasks input[value=CT]")).ToBeCheckedAsync();
            await page.ClickAsync("#restore");
            await Assertions.Expect(page.Locator("#slice-value")).ToHaveTextAsync("2 / 3");
            await Assertions.Expect(page.Locator("#job-facts")).ToContainTextAsync("small");

            var download = await page.RunAndWaitForDownloadAsync(() => page.ClickAsync("#download"));
            await download.SaveAsAsync(host["download.nii.gz"]);
            using var restorer = new OnnxRestorer(file);
            restorer.RestoreScan(scan, host["expected.nii.gz"], new() { Task = "CT" });
            Assert.AreSequenceEqual(
                await File.ReadAllBytesAsync(host["expected.nii.gz"]), await File.ReadAllBytesAsync(host["download.nii.gz"]));
            Assert.IsEmpty(errors, string.Join('\n', errors));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
