using System.Net;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Images;

/// <summary>
/// Keeps images in a bucket of S3 or of what is like it: an object for each file, of its name. A result is put under the condition that no
/// object has its name, so that the first one stays, whoever else makes it.
/// </summary>
internal sealed class BucketStore : IImageStore, IDisposable
{
    private const int AtOnce = 8, MostRemoved = 1000;
    private static readonly TimeSpan _longest = TimeSpan.FromHours(1), _pause = TimeSpan.FromSeconds(0.2);

    private readonly string _bucket;
    private readonly AmazonS3Client _client;
    private readonly LocalCopies _copies;
    private readonly FolderLock _lock;

    /// <param name="options">Which bucket.</param>
    /// <param name="root">A folder of this process alone; what it has of images is removed.</param>
    /// <exception cref="InvalidOperationException">Another process uses the folder.</exception>
    public BucketStore(BucketOptions options, string root)
    {
        _lock = new(root);
        foreach (var folder in new[] { "uploads", "work" })
        {
            FolderStore.Remove(Path.Combine(root, folder));
        }

        _bucket = options.Name!;
        _copies = new(Path.Combine(root, "copies"), TimeProvider.System, FetchAsync);
        _client = Open(options);
    }

    /// <summary>Makes a client of the store that has a bucket.</summary>
    public static AmazonS3Client Open(BucketOptions options)
    {
        var config = new AmazonS3Config
        {
            ServiceURL = options.Url,
            AuthenticationRegion = options.Region,
            ForcePathStyle = true,
            Timeout = _longest,

            // Checksums in trailers are not known to all that are like S3; requests are signed with the hash of what they carry anyway.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        return options.AccessKey is { } key ? new(new BasicAWSCredentials(key, options.SecretKey), config) : new(config);
    }

    public async Task<bool> AddAsync(string path, string name, bool replaces = false, CancellationToken cancellationToken = default)
    {
        (string Path, string Key)[] files = Directory.Exists(path)
            ? [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Select(file =>
                (file, $"{name}/{Path.GetRelativePath(path, file).Replace(Path.DirectorySeparatorChar, '/')}"))]
            : [(path, name)];
        var found = 0;
        await Parallel.ForEachAsync(files, Several(cancellationToken), async (file, token) =>
        {
            if (!await TryPutAsync(file.Path, file.Key, isNew: true, token))
            {
                Interlocked.Increment(ref found);
                if (replaces)
                {
                    await TryPutAsync(file.Path, file.Key, isNew: false, token);
                }
            }
        });
        FolderStore.Remove(path);
        return found == 0;
    }

    public Task<ImagesHere> OpenAsync(string name, CancellationToken cancellationToken = default) => Path.IsPathFullyQualified(name)
        ? Task.FromResult(new ImagesHere(name))
        : _copies.OpenAsync(name, cancellationToken);

    public async Task<bool> MoveAsync(string name, string other)
    {
        _copies.Remove(name);
        var keys = await KeysAsync(name, default).ToListAsync();
        await Parallel.ForEachAsync(keys, Several(default), async (key, token) =>
            await _client.CopyObjectAsync(_bucket, key, _bucket, $"{other}{key[name.Length..]}", token));
        await RemoveKeysAsync(keys);
        return keys.Count > 0;
    }

    public async Task RemoveAsync(string name)
    {
        _copies.Remove(name);
        await RemoveKeysAsync(await KeysAsync(name, default).ToListAsync());
    }

    public async IAsyncEnumerable<string> ListAsync(
        string name, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = new ListObjectsV2Request { BucketName = _bucket, Prefix = $"{name}/", Delimiter = "/" };
        await foreach (var page in _client.Paginators.ListObjectsV2(request).Responses.WithCancellation(cancellationToken))
        {
            foreach (var one in (page.CommonPrefixes ?? []).Concat((page.S3Objects ?? []).Select(found => found.Key)))
            {
                yield return one[request.Prefix.Length..].TrimEnd('/');
            }
        }
    }

    public Task CheckAsync(CancellationToken cancellationToken) =>
        _client.ListObjectsV2Async(new() { BucketName = _bucket, MaxKeys = 1 }, cancellationToken);

    public void Dispose()
    {
        _copies.Dispose();
        _client.Dispose();
        _lock.Dispose();
    }

    private static ParallelOptions Several(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };

    /// <summary>Puts a file, whose hash the bucket compares.</summary>
    /// <returns>Whether it was put; <see langword="false"/> where it was to be new and is not.</returns>
    private async Task<bool> TryPutAsync(string path, string key, bool isNew, CancellationToken cancellationToken)
    {
        var request = new PutObjectRequest
        {
            BucketName = _bucket,
            Key = key,
            FilePath = path,
            UseChunkEncoding = false,
            IfNoneMatch = isNew ? "*" : null,
        };
        while (true)
        {
            try
            {
                await _client.PutObjectAsync(request, cancellationToken);
                return true;
            }
            catch (AmazonS3Exception problem) when (problem.StatusCode == HttpStatusCode.PreconditionFailed)
            {
                return false;
            }
            catch (AmazonS3Exception problem) when (problem.StatusCode == HttpStatusCode.Conflict)
            {
                await Task.Delay(_pause, cancellationToken); // another one is just putting it
            }
        }
    }

    private async Task FetchAsync(string name, string path, CancellationToken cancellationToken)
    {
        var keys = await KeysAsync(name, cancellationToken).ToListAsync(cancellationToken);
        if (keys.Count == 0)
        {
            throw new FileNotFoundException($"The images '{name}' are not kept any more.");
        }

        await Parallel.ForEachAsync(keys, Several(cancellationToken), async (key, token) =>
        {
            var place = Path.GetFullPath($"{path}{key[name.Length..]}");
            if (place != path && !place.StartsWith(path + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            {
                throw new InvalidDataException("An object of the bucket has a name that leads elsewhere; remove it.");
            }

            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            using var found = await _client.GetObjectAsync(_bucket, key, token);
            await using var file = File.Create(place);
            await found.ResponseStream.CopyToAsync(file, token);
        });
    }

    /// <summary>The objects of a file or folder.</summary>
    private async IAsyncEnumerable<string> KeysAsync(string name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request { BucketName = _bucket, Prefix = name };
        await foreach (var page in _client.Paginators.ListObjectsV2(request).Responses.WithCancellation(cancellationToken))
        {
            foreach (var key in (page.S3Objects ?? []).Select(found => found.Key)
                .Where(key => key.Length == name.Length || key[name.Length] == '/'))
            {
                yield return key;
            }
        }
    }

    private async Task RemoveKeysAsync(List<string> keys)
    {
        foreach (var some in keys.Chunk(MostRemoved))
        {
            await _client.DeleteObjectsAsync(new()
            {
                BucketName = _bucket,
                Objects = [.. some.Select(key => new KeyVersion { Key = key })],
            });
        }
    }
}
