using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Playwright;
using Tat.MLNet.Formats;
using Tat.Samples.Service.Viewing;
using Tat.Tests.Samples;
using Tat.Torch.Imaging;
using Tat.Torch.Metrics;
using Tat.Torch.Tasks;

namespace Tat.Tests.Service;

/// <summary>The page of the service as people use it, in Chromium.</summary>
[TestClass]
public sealed class PageTests
{
    private static PageHost _host = null!;
    private static string _scan = null!;
    private static string _job = null!;

    private readonly List<string> _errors = [];

    [ClassInitialize]
    public static async Task StartAsync(TestContext _)
    {
        _host = await PageHost.StartAsync();
        _scan = _host.WriteScan("noisy.nii.gz", noise: 60);
        _job = await _host.RestoreAsync(_scan, _host.WriteScan("good.nii.gz", noise: 0));
    }

    [ClassCleanup]
    public static async Task StopAsync() => await _host.DisposeAsync();

    [TestMethod]
    public async Task A_scan_is_uploaded_followed_compared_and_downloaded_as_restore_writes_it()
    {
        var page = await _host.OpenAsync(_errors);
        var watched = page.WaitForRequestAsync("**/events");
        await page.SetInputFilesAsync("#files", _scan);
        await Assertions.Expect(page.Locator("#task-hint")).ToContainTextAsync("NIfTI");
        await page.ClickAsync("#restore");
        await Assertions.Expect(page.Locator("#task-hint")).ToContainTextAsync("Say first");
        await page.CheckAsync("#tasks input[value=CT]");
        await Assertions.Expect(page.Locator("#task-hint")).ToContainTextAsync("NIfTI");
        await page.ClickAsync("#restore");
        await watched;
        await Assertions.Expect(page.Locator("#job-name")).ToHaveTextAsync("noisy.nii.gz");
        await Assertions.Expect(page.Locator("#job-name")).ToBeFocusedAsync();
        await Assertions.Expect(page.Locator("#slice-value")).ToHaveTextAsync("2 / 3");

        // Left of the line stands what was sent: more of it where the line goes to the right.
        var (before, box) = (await SplitAsync(page), (await page.Locator("#divider").BoundingBoxAsync())!);
        await page.Mouse.MoveAsync(box.X + (box.Width / 2), box.Y + (box.Height / 2));
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(box.X + (box.Width / 2) + 100, box.Y + (box.Height / 2), new() { Steps = 4 });
        await page.Mouse.UpAsync();
        var frame = (await page.Locator("#frame").BoundingBoxAsync())!;
        Assert.AreEqual(before + (100 * 100 / frame.Width), await SplitAsync(page), 1);

        // A drag beside the line changes the window.
        await page.Mouse.MoveAsync(frame.X + 20, frame.Y + 60);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(frame.X + 60, frame.Y + 60);
        await page.Mouse.UpAsync();
        Assert.IsGreaterThan(400, PageHost.Number(await page.InputValueAsync("#width")));
        Assert.AreEqual(40, PageHost.Number(await page.InputValueAsync("#level")));

        await page.Mouse.WheelAsync(0, 60);
        await Assertions.Expect(page.Locator("#slice-value")).ToHaveTextAsync("3 / 3");

        var download = await page.RunAndWaitForDownloadAsync(() => page.ClickAsync("#download"));
        await download.SaveAsAsync(_host["download.nii.gz"]);
        var (model, expected) = (_host["exported.onnx"], _host["expected.nii.gz"]);
        (await Cli.RunAsync("export", "--out", model)).AssertDone();
        (await Cli.RunAsync("restore", _scan, "--model", model, "--task", "CT", "--out", expected)).AssertDone();
        CollectionAssert.AreEqual(WithoutDigest(expected), WithoutDigest(_host["download.nii.gz"]));
        Assert.IsEmpty(_errors, string.Join('\n', _errors));
    }

    [TestMethod]
    public async Task Everything_is_done_with_the_keyboard_alone()
    {
        var page = await _host.OpenAsync(_errors);
        var chooser = new TaskCompletionSource<IFileChooser>();
        page.FileChooser += (_, opened) => chooser.TrySetResult(opened);
        await FocusAsync(page, "choose-files");
        await page.Keyboard.PressAsync("Enter");
        await (await chooser.Task.WaitAsync(TimeSpan.FromSeconds(20))).SetFilesAsync(_scan);
        await Assertions.Expect(page.Locator("#tasks input[value=PET]")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(page.Locator("#tasks input[value=CT]")).ToBeCheckedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#slice-value")).ToHaveTextAsync("2 / 3");
        await Assertions.Expect(page.Locator("#announcer")).ToContainTextAsync("Restored");

        await FocusAsync(page, "frame");
        await page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(page.Locator("#after")).ToHaveAttributeAsync("aria-label", "Restored, slice 3 of 3");
        await FocusAsync(page, "divider");
        await page.Keyboard.PressAsync("ArrowRight");
        Assert.AreEqual(52, await SplitAsync(page));
        await Assertions.Expect(page.Locator("#divider")).ToHaveAttributeAsync("aria-valuetext", "52 % before, 48 % restored");
        await page.Keyboard.PressAsync("Home");
        Assert.AreEqual(0, await SplitAsync(page));

        var job = new Uri(page.Url).Fragment;
        await FocusAsync(page, "delete");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#confirm button[value=keep]")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator($"#jobs a[href='{job}']")).ToHaveCountAsync(0);
        Assert.IsEmpty(_errors, string.Join('\n', _errors));
    }

    [TestMethod]
    public async Task A_phone_needs_no_scrolling_to_the_side_and_always_says_not_for_diagnosis()
    {
        const int width = 320;
        var page = await _host.OpenAsync(_errors, new() { ViewportSize = new() { Width = width, Height = 640 }, HasTouch = true });
        await AssertFitsAsync();
        await page.SetInputFilesAsync("#files", _scan);
        await page.ClickAsync("summary");
        await AssertFitsAsync();
        await page.ClickAsync($"a[href='#{_job}']");
        await Assertions.Expect(page.Locator("#scores tbody td").First).ToContainTextAsync("dB");
        await AssertFitsAsync();
        await page.Keyboard.PressAsync("Control+End");
        await Assertions.Expect(page.GetByText("Not for diagnosis", new() { Exact = true })).ToBeInViewportAsync(new() { Ratio = 1 });

        Assert.IsEmpty(_errors, string.Join('\n', _errors));

        async Task AssertFitsAsync() =>
            Assert.AreEqual(width, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
    }

    [TestMethod]
    public async Task Text_stands_out_in_both_colour_schemes()
    {
        var page = await _host.OpenAsync(_errors);
        await page.ClickAsync($"a[href='#{_job}']");
        await Assertions.Expect(page.Locator("#viewer")).ToBeVisibleAsync();
        foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await page.EmulateMediaAsync(new() { ColorScheme = scheme });
            var background = await page.EvaluateAsync<double>(Luminance + "(backgroundOf(document.body))");
            Assert.AreEqual(scheme == ColorScheme.Dark, background < 0.1, $"{background}");
            string[] faint = await page.EvaluateAsync<string[]>(FaintTexts);
            Assert.IsEmpty(faint, $"{scheme}: {string.Join('\n', faint)}");
        }
    }

    [TestMethod]
    public async Task Metrics_against_the_reference_and_the_difference_are_shown()
    {
        var page = await _host.OpenAsync(_errors);
        await page.ClickAsync($"a[href='#{_job}']");
        var cells = page.Locator("#scores tbody td");
        var scores = (await _host.Client.GetFromJsonAsync<SliceScores>($"api/jobs/{_job}/images/0/slices/1/metrics"))!;
        await Assertions.Expect(cells.Nth(0)).ToHaveTextAsync(FormattableString.Invariant($"{scores.Source.Psnr:F2} dB"));
        await Assertions.Expect(cells.Nth(1)).ToHaveTextAsync(FormattableString.Invariant($"{scores.Restored.Psnr:F2} dB"));
        await Assertions.Expect(cells.Nth(3)).ToHaveTextAsync(FormattableString.Invariant($"{scores.Restored.Ssim:F3}"));
        await page.CheckAsync("input[value=difference]");
        await Assertions.Expect(page.Locator("#scale")).ToContainTextAsync("+100 HU");
        await page.CheckAsync("input[value=reference]");
        await Assertions.Expect(page.Locator("#after-tag")).ToHaveTextAsync("Restored − reference");
        await Assertions.Expect(page.Locator("#after")).ToHaveAttributeAsync("aria-label", "Restored − reference, slice 2 of 3");
        Assert.IsEmpty(_errors, string.Join('\n', _errors));
    }

    [TestMethod]
    public async Task What_the_service_refuses_is_said_with_its_reason()
    {
        var page = await _host.OpenAsync(_errors);
        await File.WriteAllTextAsync(_host["bad.zip"], "no archive");
        await page.SetInputFilesAsync("#files", _host["bad.zip"]);
        await page.ClickAsync("#restore");
        await Assertions.Expect(page.Locator("#notices")).ToContainTextAsync("bad.zip");
        await Assertions.Expect(page.Locator("#restore")).ToBeVisibleAsync();
    }

    [TestMethod]
    public async Task Slices_are_served_as_they_are_and_measured_as_the_library_does()
    {
        var restored = _host["restored.nii.gz"];
        await File.WriteAllBytesAsync(restored, await _host.Client.GetByteArrayAsync($"api/jobs/{_job}/result"));
        var images = await _host.Client.GetFromJsonAsync<ImageName[]>($"api/jobs/{_job}/images");
        Assert.AreSequenceEqual([new("noisy.nii.gz", "CT")], images!);
        var image = (await _host.Client.GetFromJsonAsync<ImageView>($"api/jobs/{_job}/images/0", JsonSerializerOptions.Web))!;
        Assert.AreEqual((64, 64, 3, "HU", true), (image.Width, image.Height, image.Slices, image.Unit, image.HasReference));

        var slices = new List<ImageSlice>();
        foreach (var (side, path) in new[] { ("source", _scan), ("restored", restored), ("reference", _host["good.nii.gz"]) })
        {
            using var scan = ImageFormats.Open(path);
            slices.Add(scan.ReadSlice(1));
            var bytes = await _host.Client.GetByteArrayAsync($"api/jobs/{_job}/images/0/slices/1?side={side}");
            CollectionAssert.AreEqual(slices[^1].Pixels, MemoryMarshal.Cast<byte, float>(bytes).ToArray());
        }

        var scores = (await _host.Client.GetFromJsonAsync<SliceScores>($"api/jobs/{_job}/images/0/slices/1/metrics"))!;
        var expected = ImageQuality.Measure(slices[1], slices[2], RestorationTask.Ct.MetricWindow);
        Assert.AreEqual(new(expected.Psnr, expected.Ssim, expected.Rmse), scores.Restored);
        Assert.AreNotEqual(scores.Source, scores.Restored);

        foreach (var (path, status) in new[]
        {
            ("images/1", HttpStatusCode.NotFound), ("images/0/slices/3", HttpStatusCode.NotFound),
            ("images/0/slices/0?side=other", HttpStatusCode.BadRequest),
        })
        {
            using var answer = await _host.Client.GetAsync($"api/jobs/{_job}/{path}");
            Assert.AreEqual(status, answer.StatusCode);
            Assert.Contains("\"detail\"", await answer.Content.ReadAsStringAsync());
        }
    }

    private static async Task<double> SplitAsync(IPage page) => PageHost.Number(await page.GetAttributeAsync("#divider", "aria-valuenow"));

    /// <summary>Goes on with the tabulator until an element has the focus.</summary>
    private static async Task FocusAsync(IPage page, string id)
    {
        for (var i = 0; i < 60; i++)
        {
            if (await page.EvaluateAsync<string>("document.activeElement.id") == id)
            {
                return;
            }

            await page.Keyboard.PressAsync("Tab");
        }

        Assert.Fail($"The tabulator does not lead to '{id}'.");
    }

    private const string Luminance = """
        (() => {
          const channels = text => text.match(/[\d.]+/g).map(Number);
          globalThis.luminance = text => {
            const [r, g, b] = channels(text).map(c => c / 255).map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          globalThis.backgroundOf = node => {
            for (; node; node = node.parentElement) {
              const colour = getComputedStyle(node).backgroundColor;
              if (channels(colour)[3] !== 0) {
                return colour;
              }
            }
            return 'rgb(255, 255, 255)';
          };
          return luminance;
        })()
        """;

    /// <summary>The texts whose contrast is below the 4.5 of WCAG 2.2; those on images have a shadow instead.</summary>
    private const string FaintTexts = $$"""
        (() => {
          {{Luminance}};
          const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
          return [...document.querySelectorAll('body *')]
            .filter(node => node.checkVisibility() && !node.closest('.stage, .unseen, .curtain, svg')
              && [...node.childNodes].some(child => child.nodeType === Node.TEXT_NODE && child.textContent.trim()))
            .map(node => [node, contrast(luminance(getComputedStyle(node).color), luminance(backgroundOf(node)))])
            .filter(([, value]) => value < 4.5)
            .map(([node, value]) => `${node.textContent.trim().slice(0, 40)}: ${value.toFixed(2)}`);
        })()
        """;

    /// <summary>A result without the digest of its options (<c>db_name</c>), in which the hash of the model's file is.</summary>
    private static byte[] WithoutDigest(string path)
    {
        using var content = new MemoryStream();
        using (var file = new GZipStream(File.OpenRead(path), CompressionMode.Decompress))
        {
            file.CopyTo(content);
        }

        var bytes = content.ToArray();
        Assert.IsTrue(bytes.AsSpan(14, 18).ContainsAnyExcept((byte)0));
        bytes.AsSpan(14, 18).Clear();
        return bytes;
    }
}
