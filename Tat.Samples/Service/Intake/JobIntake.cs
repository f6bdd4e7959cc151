using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Tat.Samples.Service.Jobs;
using Tat.Samples.Service.Settings;
using Tat.Torch.Pretrained;

namespace Tat.Samples.Service.Intake;

/// <summary>Accepts jobs.</summary>
public sealed class JobIntake(JobStore store, JobFolders folders, IOptions<ServiceOptions> options)
{
    private const int LongestKey = 200;
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web);

    /// <summary>Makes a job of a request; one that is sent again gets the job of the first.</summary>
    /// <exception cref="ServiceProblem">The request is wrong, or there is no room for it.</exception>
    public async Task<Job> AcceptAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var key = request.Headers["Idempotency-Key"].ToString() is { Length: > 0 } given ? given : null;
        if (key?.Length > LongestKey)
        {
            throw Wrong($"The Idempotency-Key is longer than {LongestKey} letters; use a shorter one.");
        }

        await CheckRoomAsync(request.ContentLength, cancellationToken);
        var id = Guid.CreateVersion7();
        Job? accepted = null;
        try
        {
            var job = request.HasJsonContentType()
                ? await OfPathAsync(id, key, request, cancellationToken)
                : await OfUploadAsync(id, key, request, cancellationToken);
            return accepted = await AddAsync(job, cancellationToken);
        }
        finally
        {
            if (accepted?.Id != id)
            {
                folders.RemoveUpload(id);
            }
        }
    }

    private async Task<Job> OfUploadAsync(Guid id, string? key, HttpRequest request, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(folders.UploadOf(id)).FullName;
        var upload = await new UploadReader(folder, options.Value).ReadAsync(request, cancellationToken);
        var fields = upload.Fields;
        var strength = 1.0;
        if (fields.TryGetValue("strength", out var text)
            && !double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out strength))
        {
            throw Wrong($"The strength is '{text}'; give a number from 0 to 1.");
        }

        return Make(id, key, upload.Source, upload.Reference, fields.GetValueOrDefault("task"), fields.GetValueOrDefault("priority"),
            strength, await ContentHash.OfAsync(upload.Source, cancellationToken));
    }

    private async Task<Job> OfPathAsync(Guid id, string? key, HttpRequest request, CancellationToken cancellationToken)
    {
        PathRequest? body;
        try
        {
            body = await request.ReadFromJsonAsync<PathRequest>(_json, cancellationToken);
        }
        catch (JsonException problem)
        {
            throw Wrong($"The JSON cannot be read: {problem.Message}");
        }

        var path = AllowedPath.Of(body?.Path ?? throw Wrong("The JSON has no 'path'; name a file or folder."), options.Value.Roots);
        return Make(id, key, path, null, body.Task, body.Priority, body.Strength ?? 1, path);
    }

    private static Job Make(
        Guid id, string? key, string source, string? reference, string? task, string? priority, double strength, string content)
    {
        if (strength is not (>= 0 and <= 1))
        {
            throw Wrong("The strength is out of its range; give a number from 0 to 1.");
        }

        if (!Enum.TryParse<JobPriority>(string.IsNullOrEmpty(priority) ? nameof(JobPriority.Batch) : priority, true, out var parsed)
            || !Enum.IsDefined(parsed))
        {
            throw Wrong($"The priority is '{priority}'; use urgent or batch.");
        }

        return new()
        {
            Id = id,
            Name = Path.GetFileName(source),
            Source = source,
            Reference = reference,
            Task = TaskOf(task),
            Strength = strength,
            Priority = parsed,
            IdempotencyKey = key,
            Fingerprint = ContentHash.Of(content, TaskOf(task), strength, parsed),
            Created = DateTimeOffset.UtcNow,
        };
    }

    private static string? TaskOf(string? name)
    {
        try
        {
            return string.IsNullOrEmpty(name) ? null : TatPretrained.Tasks[name].Name;
        }
        catch (KeyNotFoundException problem)
        {
            throw Wrong(problem.Message);
        }
    }

    private async Task<Job> AddAsync(Job job, CancellationToken cancellationToken)
    {
        if (await EarlierAsync(job, cancellationToken) is { } earlier)
        {
            return earlier;
        }

        try
        {
            await store.AddAsync(job);
            return job;
        }
        catch (DbUpdateException)
        {
            // The same request has just come a second time, and was faster.
            if (await EarlierAsync(job, cancellationToken) is { } faster)
            {
                return faster;
            }

            throw;
        }
    }

    /// <summary>The job that a request of the same key has made; <see langword="null"/> where there is none.</summary>
    private async Task<Job?> EarlierAsync(Job job, CancellationToken cancellationToken) =>
        job.IdempotencyKey is { } key && await store.FindByKeyAsync(key, cancellationToken) is { } earlier ? Same(earlier, job) : null;

    private static Job Same(Job earlier, Job job) => earlier.Fingerprint == job.Fingerprint
        ? earlier
        : throw new ServiceProblem(StatusCodes.Status422UnprocessableEntity,
            "The Idempotency-Key was used for another request; use a new one for each job.");

    private async Task CheckRoomAsync(long? bytes, CancellationToken cancellationToken)
    {
        if (bytes > options.Value.MaximumUploadBytes)
        {
            throw new ServiceProblem(StatusCodes.Status413PayloadTooLarge,
                $"The upload has {bytes} bytes, and {options.Value.MaximumUploadBytes} are allowed; send it in parts.");
        }

        if (await store.CountAsync(JobState.Queued, cancellationToken) >= options.Value.MaximumQueued)
        {
            throw new ServiceProblem(StatusCodes.Status429TooManyRequests, "As many jobs wait as are allowed; send it later.")
            {
                RetryAfter = TimeSpan.FromSeconds(30),
            };
        }

        if (folders.FreeBytes - (bytes ?? 0) < options.Value.MinimumFreeBytes)
        {
            throw new ServiceProblem(StatusCodes.Status507InsufficientStorage,
                "The disk of the service is nearly full; delete jobs that are done, or send it later.")
            {
                RetryAfter = TimeSpan.FromMinutes(5),
            };
        }
    }

    private static ServiceProblem Wrong(string message) => new(StatusCodes.Status400BadRequest, message);
}
