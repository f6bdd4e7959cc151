using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Tat.Samples.Service.Jobs;
using Tat.Samples.Service.Models;
using Tat.Samples.Service.Monitoring;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Intake;

/// <summary>Accepts jobs.</summary>
public sealed class JobIntake(
    JobStore store, JobFolders folders, ServedModels models, Deidentification deidentification, IOptions<ServiceOptions> options)
{
    private const int LongestKey = 200;
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { AllowDuplicateProperties = false };

    /// <summary>Makes a job of a request; one that is sent again gets the job of the first.</summary>
    /// <exception cref="ServiceProblem">The request is wrong, or there is no room for it.</exception>
    public async Task<Job> AcceptAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var key = request.Headers["Idempotency-Key"].ToString() is { Length: > 0 } given ? given : null;
        if (key?.Length > LongestKey)
        {
            throw Wrong($"The Idempotency-Key is longer than {LongestKey} letters; use a shorter one.");
        }

        CheckSize(request.ContentLength);
        await CheckQueueAsync(cancellationToken);
        var id = Guid.CreateVersion7();
        Job? accepted = null;
        try
        {
            var wanted = request.HasJsonContentType()
                ? await OfPathAsync(id, request, cancellationToken)
                : await OfUploadAsync(id, request, cancellationToken);
            return accepted = await AddAsync(Make(wanted with { IdempotencyKey = key }), null, cancellationToken);
        }
        finally
        {
            if (accepted?.Id != id)
            {
                folders.RemoveArrival(id);
                await folders.RemoveUploadAsync(id);
            }
        }
    }

    /// <summary>Makes a job of files that are here.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="also">What else is to be kept in the same transaction.</param>
    /// <param name="cancellationToken">Stops before anything is kept.</param>
    /// <exception cref="ServiceProblem">The request is wrong, or as many jobs wait as are allowed.</exception>
    public async Task<Job> AcceptAsync(JobRequest request, Action<JobsContext> also, CancellationToken cancellationToken)
    {
        await CheckQueueAsync(cancellationToken);
        return await AddAsync(Make(request), also, cancellationToken);
    }

    private async Task<JobRequest> OfUploadAsync(Guid id, HttpRequest request, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(folders.ArrivalOf(id)).FullName;
        var upload = await new UploadReader(folder, new(options.Value, folders), deidentification).ReadAsync(request, cancellationToken);
        var choices = FormChoices.Of(upload.Fields);
        var priority = PriorityOf(FormChoices.Text(upload.Fields, "priority"));
        var content = await ContentHash.OfAsync(upload.Source, cancellationToken);
        var reference = upload.Reference is { } path ? await ContentHash.OfAsync(path, cancellationToken) : null;
        await folders.KeepUploadAsync(id, cancellationToken);
        return new(choices)
        {
            Id = id,
            Name = Path.GetFileName(upload.Source),
            Source = folders.NameOf(upload.Source),
            Priority = priority,
            Reference = upload.Reference is { } place ? folders.NameOf(place) : null,
            ReferenceContent = reference,
            Content = content,
        };
    }

    private async Task<JobRequest> OfPathAsync(Guid id, HttpRequest request, CancellationToken cancellationToken)
    {
        PathRequest? body;
        try
        {
            body = await request.ReadFromJsonAsync<PathRequest>(_json, cancellationToken);
        }
        catch (JsonException problem)
        {
            throw RequestText.Refusal(problem);
        }
        catch (InvalidOperationException problem)
        {
            throw Wrong($"The JSON cannot be read: {problem.Message}");
        }

        var path = AllowedPath.Of(body?.Path ?? throw Wrong("The JSON has no 'path'; name a file or folder."), options.Value.Roots);
        return new(body) { Id = id, Name = Path.GetFileName(path), Source = path, Priority = PriorityOf(body.Priority) };
    }

    private Job Make(JobRequest request)
    {
        request.Validate(Require);
        var model = models.NameOf(request.Model);
        var task = TaskOf(request.Task, model);
        request.Validate(models[model], modality: null, Require);
        return new(request)
        {
            Id = request.Id,
            Name = request.Name,
            Source = request.Source,
            Content = request.Content,
            Reference = request.Reference,
            Model = model,
            Task = task,
            Factor = request.Grid?.ToString(),
            Priority = request.Priority,
            IdempotencyKey = request.IdempotencyKey,
            Fingerprint = ContentHash.Of([request.Content ?? request.Source, task, request.Strength ?? 1, request.Priority,
                .. new[] { model, request.ReferenceContent }.OfType<string>(), .. request.Further]),
            Created = DateTimeOffset.UtcNow,
        };
    }

    /// <summary>The priority that a request names; batch where it names none.</summary>
    internal static JobPriority PriorityOf(string? text) =>
        string.IsNullOrEmpty(text) ? JobPriority.Batch : RequestText.ValueOf<JobPriority>(text, "priority");

    private string? TaskOf(string? name, string? model)
    {
        try
        {
            return string.IsNullOrEmpty(name) ? null : models[model].Tasks[name].Name;
        }
        catch (KeyNotFoundException problem)
        {
            throw Wrong(problem.Message, "task");
        }
    }

    private async Task<Job> AddAsync(Job job, Action<JobsContext>? also, CancellationToken cancellationToken)
    {
        using var activity = JobActivities.Accept(job.Id);
        if (await EarlierAsync(job, cancellationToken) is { } earlier)
        {
            return earlier;
        }

        try
        {
            await store.AddAsync(job, also);
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

    /// <summary>Refuses what is too large, or finds the disk nearly full.</summary>
    /// <exception cref="ServiceProblem">It is so.</exception>
    public void CheckSize(long? bytes)
    {
        if (bytes > options.Value.MaximumUploadBytes)
        {
            throw new ServiceProblem(StatusCodes.Status413PayloadTooLarge,
                $"The upload has {bytes} bytes, and {options.Value.MaximumUploadBytes} are allowed; send it in parts.");
        }

        folders.CheckRoom(bytes ?? 0);
    }

    private async Task CheckQueueAsync(CancellationToken cancellationToken)
    {
        if (await store.CountAsync(JobState.Queued, cancellationToken) >= options.Value.MaximumQueued)
        {
            throw new ServiceProblem(StatusCodes.Status429TooManyRequests, "As many jobs wait as are allowed; send it later.")
            {
                RetryAfter = TimeSpan.FromSeconds(30),
            };
        }
    }

    private static void Require(bool holds, string choice, string advice)
    {
        if (!holds)
        {
            var field = JsonNamingPolicy.CamelCase.ConvertName(choice);
            throw Wrong($"The field '{field}' cannot be granted: {advice}.", field);
        }
    }

    private static ServiceProblem Wrong(string message, string? field = null) =>
        new(StatusCodes.Status400BadRequest, message) { Field = field };
}
