using System.Globalization;

namespace Tat.Torch.Runtime;

/// <summary>How much memory the process could still take.</summary>
internal static class SystemMemory
{
    /// <summary>Bytes that are free or can be freed at once, within the limit of the container.</summary>
    public static long Available()
    {
        var collector = GC.GetGCMemoryInfo();
        var withinLimit = Math.Max(0, collector.TotalAvailableMemoryBytes - Environment.WorkingSet);
        return Math.Min(withinLimit, SystemWide() ?? withinLimit);
    }

    private static long? SystemWide()
    {
        try
        {
            const string key = "MemAvailable:";
            var line = File.ReadLines("/proc/meminfo").FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal));
            return line is not null && long.TryParse(line.AsSpan(key.Length).Trim().TrimEnd("kB").Trim(), CultureInfo.InvariantCulture,
                out var kibibytes) ? kibibytes * 1024 : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
