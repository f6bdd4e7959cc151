using Tat.Samples.Service.Images;
using Tat.Tests.Formats;

namespace Tat.Tests.Service;

[TestClass]
public sealed class LocalCopiesTests
{
    [TestMethod]
    public async Task A_copy_is_made_once_and_goes_when_nobody_has_read_it_for_a_while()
    {
        using var folder = new TemporaryFolder();
        var clock = new SteppedClock();
        var fetched = 0;
        using var copies = new LocalCopies(folder["copies"], clock, async (name, path, token) =>
        {
            Interlocked.Increment(ref fetched);
            await Task.Yield();
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, name, token);
        });
        var several = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => copies.OpenAsync("results/x/scan.nii", default)));
        Assert.AreEqual((1, 1), (fetched, several.Select(one => one.Path).Distinct().Count()));
        var path = several[0].Path;
        Assert.AreEqual(("scan.nii", "results/x/scan.nii"), (Path.GetFileName(path), await File.ReadAllTextAsync(path)));
        foreach (var one in several[1..])
        {
            one.Dispose();
            one.Dispose(); // which changes nothing
        }

        clock.Step(TimeSpan.FromHours(1));
        Assert.IsTrue(File.Exists(path), "somebody reads it");
        several[0].Dispose();
        clock.Step(TimeSpan.FromMinutes(1));
        Assert.IsTrue(File.Exists(path));
        clock.Step(TimeSpan.FromHours(1));
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder["copies"]));
        using var again = await copies.OpenAsync("results/x/scan.nii", default);
        Assert.AreEqual(2, fetched);

        // What is removed where it is kept goes here, too, with its last reader.
        copies.Remove("results/x");
        Assert.IsTrue(File.Exists(again.Path));
        using (await copies.OpenAsync("results/x/scan.nii", default))
        {
            Assert.AreEqual(3, fetched);
        }

        again.Dispose();
        Assert.IsFalse(File.Exists(again.Path));
    }

    [TestMethod]
    public async Task What_could_not_be_copied_is_tried_again_by_the_next()
    {
        using var folder = new TemporaryFolder();
        var tries = 0;
        using var copies = new LocalCopies(folder["copies"], TimeProvider.System, (_, path, token) =>
            tries++ == 0 ? throw new IOException("away") : File.WriteAllTextAsync(Directory.CreateDirectory(
                Path.GetDirectoryName(path)!).FullName + "/scan.nii", "here", token));
        await Assert.ThrowsExactlyAsync<IOException>(() => copies.OpenAsync("scan.nii", default));
        using var images = await copies.OpenAsync("scan.nii", default);
        Assert.AreEqual("here", await File.ReadAllTextAsync(images.Path));
    }

    /// <summary>A clock that goes when it is told.</summary>
    private sealed class SteppedClock : TimeProvider
    {
        private readonly List<(TimerCallback Callback, object? State)> _timers = [];
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Step(TimeSpan time)
        {
            _now += time.Ticks;
            _timers.ForEach(timer => timer.Callback(timer.State));
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _timers.Add((callback, state));
            return System.CreateTimer(static _ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
