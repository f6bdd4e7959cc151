using Tat.Tests.Formats;
using Tat.Tests.Runtime;
using Tat.Tests.Samples;
using Tat.Torch.Randomness;

namespace Tat.Tests.Training;

/// <summary>
/// Kills a real process with SIGKILL at random moments of one training, and compares the end with that of a training in peace.
/// </summary>
[TestClass]
public sealed class KillAndResumeTests
{
    [TestMethod]
    public async Task A_training_killed_again_and_again_ends_with_the_same_weights()
    {
        using var peace = new TemporaryFolder();
        var expected = await FreshProcess.Run("train", (TrainingProbe.FolderVariable, peace.Path));
        Assert.AreEqual(0, expected.ExitCode, expected.Error);

        var random = new RandomStream((ulong)Environment.TickCount64);
        for (var kills = 0; kills < KillTests.Kills;)
        {
            using var war = new TemporaryFolder();
            for (var next = 0; (next += 1 + random.Next(9)) < 30; kills++)
            {
                await KillAt(next, random.Next(30), war.Path);
            }

            var actual = await FreshProcess.Run("train", (TrainingProbe.FolderVariable, war.Path));
            Assert.AreEqual(0, actual.ExitCode, actual.Error);
            StringAssert.Contains(actual.Output, "Resumed. Iteration ");
            Assert.AreEqual(LastLine(expected.Output), LastLine(actual.Output), $"after {kills} kills");
            Assert.IsEmpty(Directory.GetDirectories(war.Path), "what the killed ones have left is gone");
        }
    }

    /// <summary>Waits until the process says that it has finished an iteration, a little longer, and kills it.</summary>
    private static async Task KillAt(int iteration, int milliseconds, string folder)
    {
        using var process = FreshProcess.Start([FreshProcess.Program], "train", (TrainingProbe.FolderVariable, folder));
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("iteration ", StringComparison.Ordinal) && int.Parse(line.Split(' ')[1]) >= iteration)
            {
                break;
            }
        }

        await Task.Delay(milliseconds);
        process.Kill();
        await process.WaitForExitAsync();
    }

    private static string LastLine(string output) => output.Split('\n')[^1];
}
