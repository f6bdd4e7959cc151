using System.Globalization;
using Microsoft.Playwright;
using Tat.MLNet.Formats.Nifti;
using Tat.Samples.Service.Jobs;
using Tat.Torch.Imaging;
using Tat.Torch.Phantoms;
using Tat.Torch.Pretrained;
using Tat.Torch.Tasks;

namespace Tat.Tests.Service;

/// <summary>The service in this process, and a browser where one is wanted.</summary>
internal sealed class PageHost : IAsyncDisposable
{
    /// <summary>Milliseconds for what comes at once on a machine that does nothing else.</summary>
    private const float Patience = 120_000;

    private readonly RunningService _service;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    private PageHost(RunningService service) => _service = service;

    public HttpClient Client => _service.Client;

    /// <summary>A file in the folder that is gone with the service.</summary>
    public string this[string name] => _service[name];

    /// <summary>Starts the service with the bundled model.</summary>
    /// <param name="settings">More of its settings.</param>
    public static async Task<PageHost> StartAsync(params string[] settings) =>
        new(await RunningService.StartAsync([$"--Service:Model={TatPretrained.Name}", .. settings]));

    /// <summary>Opens the page in a window of its own.</summary>
    /// <param name="errors">Is given what the browser complains about.</param>
    /// <param name="options">The window.</param>
    public async Task<IPage> OpenAsync(List<string> errors, BrowserNewContextOptions? options = null)
    {
        _playwright ??= await Playwright.CreateAsync();
        _browser ??= await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium() });
        var context = await _browser.NewContextAsync(options ?? new());
        context.SetDefaultTimeout(Patience);
        Assertions.SetDefaultExpectTimeout(Patience);
        var page = await context.NewPageAsync();
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                errors.Add(message.Text);
            }
        };
        page.PageError += (_, error) => errors.Add(error);
        await page.GotoAsync(Client.BaseAddress!.ToString());
        return page;
    }

    /// <summary>Writes a noisy scan of CT: three slices of a phantom.</summary>
    /// <param name="name">Its name below the folder.</param>
    /// <param name="noise">The standard deviation of the noise, in HU.</param>
    public string WriteScan(string name, double noise)
    {
        var random = new Random(7);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        new NiftiFormat().Write(this[name],
        [
            .. Enumerable.Range(0, 3).Select(i => Phantom.Create(RestorationTask.Ct, Anatomy.Torso, 64, (ulong)i + 1).Image).Select(image =>
                new ImageSlice([.. image.Pixels.Select(value => (float)(value + (noise * Normal())))], image.Height, image.Width)),
        ], 5, 5, 5);
        return this[name];
    }

    /// <summary>Restores a scan without the page.</summary>
    /// <returns>The identifier of the job, when it has succeeded.</returns>
    public async Task<string> RestoreAsync(string scan, string? reference = null)
    {
        using var form = new MultipartFormDataContent { { new StringContent("CT"), "task" } };
        form.Add(new ByteArrayContent(await File.ReadAllBytesAsync(scan)), "files", Path.GetFileName(scan));
        if (reference is not null)
        {
            form.Add(new ByteArrayContent(await File.ReadAllBytesAsync(reference)), "reference", Path.GetFileName(reference));
        }

        using var answer = await Client.PostAsync("api/jobs", form);
        var job = await _service.EndOfAsync((await RunningService.AcceptedAsync(answer)).Id);
        Assert.AreEqual(JobState.Succeeded, job.State, job.Error);
        return $"{job.Id}";
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.CloseAsync();
        }

        _playwright?.Dispose();
        await _service.DisposeAsync();
    }

    /// <summary>A number of the page, as an attribute or a style has it.</summary>
    public static double Number(string? text) => double.Parse(text!, CultureInfo.InvariantCulture);

    private static string Chromium()
    {
        var path = Environment.GetEnvironmentVariable("TAT_CHROMIUM") ?? "/usr/bin/chromium";
        if (!File.Exists(path))
        {
            Needs.Missing(Needs.Chromium, $"'{path}' is not here: install Debian's package chromium, or name one in TAT_CHROMIUM.");
        }

        return path;
    }
}
