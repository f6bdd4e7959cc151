using System.Text.Json;

namespace Tat.Samples.Bench;

/// <summary>Where the time goes in ONNX Runtime, by the profile that it writes.</summary>
internal static class OnnxProfile
{
    private const double MicrosecondsPerMillisecond = 1000;

    /// <summary>Milliseconds of each kind of operator in a run; those inside of a loop are not counted for the loop.</summary>
    /// <param name="path">The profile.</param>
    /// <param name="runs">How many runs it tells of.</param>
    public static Dictionary<string, double> Read(string path, int runs)
    {
        using var file = File.OpenRead(path);
        using var profile = JsonDocument.Parse(file);
        var times = new Dictionary<string, double>();
        var around = new Stack<(string Operator, double End)>();
        foreach (var (kind, start, duration) in profile.RootElement.EnumerateArray().Where(IsOperator).Select(Event.Of)
            .OrderBy(part => part.Start).ThenByDescending(part => part.Duration))
        {
            while (around.Count > 0 && around.Peek().End <= start)
            {
                around.Pop();
            }

            if (around.Count > 0)
            {
                times[around.Peek().Operator] -= duration / MicrosecondsPerMillisecond / runs;
            }

            times[kind] = times.GetValueOrDefault(kind) + (duration / MicrosecondsPerMillisecond / runs);
            around.Push((kind, start + duration));
        }

        return times;
    }

    private static bool IsOperator(JsonElement part) => part.GetProperty("cat").GetString() == "Node"
        && part.GetProperty("name").GetString()!.EndsWith("_kernel_time", StringComparison.Ordinal);

    private readonly record struct Event(string Operator, double Start, double Duration)
    {
        public static Event Of(JsonElement part) => new(
            part.GetProperty("args").GetProperty("op_name").GetString()!, part.GetProperty("ts").GetDouble(),
            part.GetProperty("dur").GetDouble());
    }
}
