using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Tat.MLNet.Formats.Nifti;
using Tat.MLNet.Scans;
using Tat.Samples.Submission;
using Tat.Torch.Files.Writing;
using Tat.Torch.Imaging;
using Tat.Torch.Onnx;
using Tat.Torch.Pretrained;

namespace Tat.Samples.Bench;

/// <summary>Clients of restoration services, and the restorer alone, on the same images.</summary>
internal sealed partial class ServiceLoad
{
    private const int Rounds = 2, Turns = 4;
    private const string Task = "CT";

    // Asking takes a core from who restores: eight clients that ask twenty times a second take a twentieth of two cores.
    private static readonly TimeSpan _asking = TimeSpan.FromMilliseconds(250), _sampling = TimeSpan.FromSeconds(2);
    private static readonly Dictionary<string, string> _fields = new() { ["task"] = Task };

    private readonly IReadOnlyList<ServiceClient> _services;
    private readonly WorkFolder _folder;
    private readonly List<string> _scans = [];

    /// <param name="services">The services.</param>
    /// <param name="folder">An empty folder.</param>
    /// <param name="sizes">Sides of images, which take turns.</param>
    public ServiceLoad(IReadOnlyList<ServiceClient> services, WorkFolder folder, IReadOnlyList<int> sizes)
    {
        (_services, _folder) = (services, folder);
        for (var i = 0; i < Rounds * sizes.Count; i++)
        {
            var (side, random) = (sizes[i % sizes.Count], new Random(i));
            var pixels = new float[side * side];
            for (var j = 0; j < pixels.Length; j++)
            {
                pixels[j] = (400 * MathF.Sin(j * 0.01f)) + (60 * random.NextSingle());
            }

            _scans.Add(folder[$"{i}.nii"]);
            new NiftiFormat().Write(_scans[^1], [new ImageSlice(pixels, side, side)], 1, 1, 1);
        }
    }

    /// <summary>
    /// Lets clients send images to each service, and the restorer work alone, by turns: other work on the machine slows all alike.
    /// </summary>
    /// <param name="clients">How many clients a service has.</param>
    /// <param name="duration">How long the clients of each do so in all; the restorer alone has half of that.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>A row for each service.</returns>
    public async Task<IReadOnlyList<ServiceLoadRow>> MeasureAsync(int clients, TimeSpan duration, CancellationToken cancellationToken)
    {
        using var restorer = TatPretrained.OpenOnnx();
        MeasureAlone(restorer, 1, TimeSpan.Zero, cancellationToken);
        var (alone, aloneSeconds) = (0, 0.0);
        Measured[] all = [.. _services.Select(service => new Measured(service))];
        for (var turn = 0; turn < Turns; turn++)
        {
            var clock = Stopwatch.StartNew();
            alone += MeasureAlone(restorer, _scans.Count, duration / Turns / 2, cancellationToken);
            aloneSeconds += clock.Elapsed.TotalSeconds;
            foreach (var one in all)
            {
                clock.Restart();
                await LoadAsync(one, clients, duration / Turns, cancellationToken);
                one.Seconds += clock.Elapsed.TotalSeconds;
            }
        }

        return [.. all.Select(one => one.RowBeside(alone / aloneSeconds))];
    }

    /// <summary>Restores one image after the other in this process.</summary>
    private int MeasureAlone(OnnxRestorer restorer, int multiple, TimeSpan duration, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var images = 0;
        do
        {
            var result = _folder["alone.nii"];
            restorer.RestoreScan(_scans[images++ % _scans.Count], result, new() { Task = Task }, cancellationToken: cancellationToken);
            File.Delete(result);
        }
        while (clock.Elapsed < duration || images % multiple != 0);
        return images;
    }

    private async Task LoadAsync(Measured one, int clients, TimeSpan duration, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var next = -1;
        var all = System.Threading.Tasks.Task.WhenAll(Enumerable.Range(0, clients).Select(_ => ClientAsync()));
        while (await System.Threading.Tasks.Task.WhenAny(all, System.Threading.Tasks.Task.Delay(_sampling, cancellationToken)) != all)
        {
            cancellationToken.ThrowIfCancellationRequested();
            one.Memory.Add(MegabytesIn(await one.Service.MetricsAsync(cancellationToken)));
        }

        await all;

        async Task ClientAsync()
        {
            while (clock.Elapsed < duration)
            {
                var scan = _scans[Interlocked.Increment(ref next) % _scans.Count];
                var job = await one.Service.SubmitAsync(_folder.Path, [scan], _fields, null, cancellationToken);
                job = await one.Service.EndOfAsync(job.Id, _asking, cancellationToken);
                if (job.HasResult)
                {
                    await using var result = await one.Service.OpenResultAsync(job.Id, cancellationToken);
                    await result.CopyToAsync(Stream.Null, cancellationToken);
                    Interlocked.Increment(ref one.Images);
                }
                else
                {
                    Interlocked.Increment(ref one.Failures);
                }

                await one.Service.RemoveAsync(job.Id, cancellationToken);
            }
        }
    }

    private static double MegabytesIn(string metrics) => WorkingSet().Match(metrics) is { Success: true } found
        ? double.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture) / (1 << 20)
        : throw new InvalidDataException("The service does not tell its memory in /metrics: it is of another version.");

    /// <summary>What was seen of a service so far.</summary>
    private sealed class Measured(ServiceClient service)
    {
        public int Images, Failures;

        public ServiceClient Service => service;

        public double Seconds { get; set; }

        public List<double> Memory { get; } = [];

        public ServiceLoadRow RowBeside(double alonePerSecond)
        {
            var quarter = Math.Max(1, Memory.Count / 4);
            return new(service.Address, Images, Images / Seconds, alonePerSecond, service.Refusals, Failures,
                Memory.Skip(quarter).Take(quarter).DefaultIfEmpty().Average(), Memory.TakeLast(quarter).DefaultIfEmpty().Average(),
                Memory.DefaultIfEmpty().Max());
        }
    }

    [GeneratedRegex(@"^dotnet_process_memory_working_set_bytes\S* (\S+)", RegexOptions.Multiline)]
    private static partial Regex WorkingSet();
}

/// <summary>A service under load.</summary>
/// <param name="Server">Its address.</param>
/// <param name="Images">Images that were restored.</param>
/// <param name="PerSecond">Images per second.</param>
/// <param name="AlonePerSecond">Images per second of the restorer alone.</param>
/// <param name="Refusals">How often clients were asked to send later.</param>
/// <param name="Failures">Jobs without a result.</param>
/// <param name="EarlyMegabytes">Memory of the service in the second quarter of the time.</param>
/// <param name="LateMegabytes">Its memory in the last quarter.</param>
/// <param name="PeakMegabytes">The most of it.</param>
internal sealed record ServiceLoadRow(
    string Server, int Images, double PerSecond, double AlonePerSecond, int Refusals, int Failures, double EarlyMegabytes,
    double LateMegabytes, double PeakMegabytes);
