using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Tat.Samples.Service.Jobs;

/// <summary>By which the same request, and the same result, is known again.</summary>
public static class ContentHash
{
    private const int Digits = 40;

    /// <summary>The hash of a file, or of a folder: of the names and contents of all files below it.</summary>
    public static async Task<string> OfAsync(string path, CancellationToken cancellationToken)
    {
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        string[] files = Directory.Exists(path)
            ? [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)]
            : [path];
        foreach (var file in files)
        {
            await using var stream = File.OpenRead(file);
            all.AppendData(Encoding.UTF8.GetBytes($"{Path.GetRelativePath(Path.GetDirectoryName(path)!, file)}\n"));
            all.AppendData(await SHA256.HashDataAsync(stream, cancellationToken));
        }

        return Convert.ToHexStringLower(all.GetHashAndReset());
    }

    /// <summary>The hash of some values, short enough for the name of a folder.</summary>
    public static string Of(params object?[] values) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(values)))[..Digits];
}
