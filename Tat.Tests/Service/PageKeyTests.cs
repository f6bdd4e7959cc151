using System.Security.Cryptography;
using System.Text;
using Microsoft.Playwright;

namespace Tat.Tests.Service;

/// <summary>The page of a service that asks for keys.</summary>
[TestClass]
public sealed class PageKeyTests
{
    [TestMethod]
    public async Task The_page_asks_for_a_key_once_and_everything_works_with_it()
    {
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes("secret")));
        await using var host = await PageHost.StartAsync($"--Service:Keys:0:Sha256={hash}");
        var page = await host.OpenAsync([]);
        var dialog = page.Locator("#key");
        await Assertions.Expect(dialog).ToBeVisibleAsync();
        await page.FillAsync("#key-text", "guess");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#key-hint")).ToContainTextAsync("does not know this key");
        await page.FillAsync("#key-text", "secret");
        await page.ClickAsync("#key button");
        await Assertions.Expect(page.Locator("#model")).ToContainTextAsync("Model:");
        await Assertions.Expect(dialog).ToBeHiddenAsync();

        // Progress comes by events and the result by a link, neither of which has headers.
        await page.SetInputFilesAsync("#files", host.WriteScan("noisy.nii.gz", 20));
        await page.CheckAsync("#tasks input[value=CT]", new() { Force = true });
        await page.ClickAsync("#restore");
        await Assertions.Expect(page.Locator("#viewer")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        var download = await page.RunAndWaitForDownloadAsync(() => page.ClickAsync("#download"));
        await download.SaveAsAsync(host["download.nii.gz"]);
        Assert.IsGreaterThan(0, new FileInfo(host["download.nii.gz"]).Length);

        var cookie = (await page.Context.CookiesAsync()).Single();
        Assert.AreEqual((true, SameSiteAttribute.Strict, -1f), (cookie.HttpOnly, cookie.SameSite, cookie.Expires));
        Assert.AreEqual("{}",
            await page.EvaluateAsync<string>("document.cookie + JSON.stringify({ ...sessionStorage, ...localStorage })"));
    }
}
