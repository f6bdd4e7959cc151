using Tat.Samples.Shell;

namespace Tat.Tests.Samples;

[TestClass]
public sealed class InterruptionTests
{
    [TestMethod]
    public void The_first_signal_asks_and_the_same_one_again_does_not_end_the_process()
    {
        var clock = new Clock();
        using var interruption = new Interruption(clock);
        Assert.IsTrue(interruption.Take(isUrgent: false));
        Assert.IsTrue(interruption.Token.IsCancellationRequested);
        clock.Seconds = 1;
        Assert.IsTrue(interruption.Take(isUrgent: true), "sent to a group of processes, and handed on by one of them");
        clock.Seconds = 30;
        Assert.IsTrue(interruption.Take(isUrgent: false), "it is still saving");
        Assert.IsFalse(interruption.Take(isUrgent: true), "whoever presses Ctrl-C again has lost patience");
    }

    private sealed class Clock : TimeProvider
    {
        public int Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
