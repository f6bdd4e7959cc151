using Tat.Torch.Tasks;

namespace Tat.Samples.Scripting;

/// <summary>
/// The code that is generated for a model: the files of the templates of <c>dotnet new</c>, with the model's name and options in place of
/// theirs.
/// </summary>
internal static class CodeTemplates
{
    private const string ClassName = "RestorationModel", ProjectName = "RestorationApp";

    private static readonly string[] _code =
    [
        "Code/RestorationModel.consumption.cs", "Code/RestorationModel.training.cs", "Code/RestorationModel.evaluate.cs",
    ];

    /// <summary>The kinds of projects there are.</summary>
    public static IReadOnlyList<string> Projects { get; } = ["console", "webapi", "training"];

    /// <summary>The files of a model, each with its text.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="tasks">Its tasks.</param>
    /// <param name="options">Network and training.</param>
    /// <param name="project">The kind of project to add, or <see langword="null"/>.</param>
    public static IReadOnlyList<(string File, string Text)> For(ModelName name, TaskVocabulary tasks, Candidate options, string? project)
    {
        string[] programs = [.. Projects.Select(kind => $"Projects/{kind}/Program.cs")];
        var className = name.ClassIn(string.Concat(_code.Concat(programs).Select(Read)).Replace(ClassName, "", StringComparison.Ordinal));
        string[] files = [.. _code, .. project is null
            ? Array.Empty<string>()
            : [$"Projects/{project}/Program.cs", $"Projects/{project}/{ProjectName}.csproj"]];
        return [.. files.Select(file =>
        {
            var text = Read(file);
            foreach (var (_, sample, own) in Replacements(tasks, options).Where(item => item.File == file))
            {
                text = text.Contains(sample, StringComparison.Ordinal)
                    ? text.Replace(sample, own, StringComparison.Ordinal)
                    : throw new InvalidOperationException($"The template {file} does not hold '{sample}'.");
            }

            text = text.Replace($"\"{ClassName}.mlnet\"", $"\"{name}.mlnet\"", StringComparison.Ordinal)
                .Replace(ClassName, className, StringComparison.Ordinal);
            return (Path.GetFileName(file).Replace(ClassName, name.Text, StringComparison.Ordinal)
                .Replace(ProjectName, name.Text, StringComparison.Ordinal), text);
        })];
    }

    /// <summary>The names of these files.</summary>
    public static IEnumerable<string> FilesFor(ModelName name, string? project) =>
        For(name, TaskVocabulary.Scans, new("", new(), new()), project).Select(file => file.File);

    /// <summary>What in the templates stands for options, and what for the bundled model: this model has its own.</summary>
    private static IEnumerable<(string File, string Sample, string Own)> Replacements(TaskVocabulary tasks, Candidate options) =>
    [
        (_code[0], "File.Exists(MLNetModelPath) ? ml.Model.Load(MLNetModelPath, out _) : ml.ImageRestoration.LoadPretrained()",
            "ml.Model.Load(MLNetModelPath, out _)"),
        (_code[1], "TaskVocabulary.Scans",
            $"new TaskVocabulary({string.Join(", ", tasks.Select(task => $"TaskVocabulary.Scans[\"{task.Name}\"]"))})"),
        (_code[1], "TatNetworkOptions.Small", CSharpText.Initializer(options.Network, 8)),
        (_code[1], "TatTrainerOptions.FineTuning with { InitialWeights = \"pretrained\" }", CSharpText.Initializer(options.Training, 8)),
        ("Projects/webapi/Program.cs", $"File.Exists({ClassName}.MLNetModelPath) ? {ClassName}.MLNetModelPath : \"pretrained\"",
            $"{ClassName}.MLNetModelPath"),
    ];

    private static string Read(string file)
    {
        using var stream = typeof(CodeTemplates).Assembly.GetManifestResourceStream($"Templates/{file}")
            ?? throw new InvalidOperationException($"The program lacks its template {file}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
