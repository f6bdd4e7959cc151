using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;
using Spectre.Console.Rendering;
using Tat.Torch.Files;

namespace Tat.Samples.Shell;

/// <summary>Where a command writes: live displays on a terminal, plain lines elsewhere.</summary>
internal sealed class Terminal
{
    /// <summary>Tables are this wide where there is no terminal to ask.</summary>
    private const int PlainWidth = 160;

    /// <summary>Characters of a live display's bar, and of percentage, time and gaps beside it.</summary>
    private const int BarWidth = 20;
    private const int NumbersWidth = 20;

    private static readonly JsonSerializerOptions _json = new()
    {
        Converters = { new JsonStringEnumConverter() },
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly IAnsiConsole _console;
    private readonly bool _isInteractive;
    private readonly TimeSpan _plainInterval;
    private bool _isLive;

    /// <param name="output">Takes results.</param>
    /// <param name="errors">Takes what went wrong.</param>
    /// <param name="isInteractive">Whether the output is a terminal.</param>
    /// <param name="plainInterval">Time between plain lines of progress; by default ten seconds.</param>
    public Terminal(TextWriter output, TextWriter errors, bool isInteractive, TimeSpan? plainInterval = null)
    {
        _plainInterval = plainInterval ?? TimeSpan.FromSeconds(10);
        Output = output;
        Errors = errors;
        _isInteractive = isInteractive;
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = isInteractive ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isInteractive ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isInteractive ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!isInteractive)
        {
            _console.Profile.Width = PlainWidth;
        }
    }

    public TextWriter Output { get; }

    public TextWriter Errors { get; }

    /// <summary>Writes a line of text; above a live display, if there is one.</summary>
    public void Line(string text = "")
    {
        if (_isLive)
        {
            _console.WriteLine(MessageText.Printable(text));
        }
        else
        {
            Output.WriteLine(MessageText.Printable(text));
        }
    }

    /// <summary>Writes a line to the error stream.</summary>
    public void Error(string text) => Errors.WriteLine(MessageText.Printable(text));

    /// <summary>Writes a table or another display.</summary>
    public void Write(IRenderable renderable) => _console.Write(new PrintableDisplay(renderable));

    /// <summary>Writes a list as JSON, which is what <c>--json</c> gives whatever the command and however many entries there are.</summary>
    public void Json<T>(IEnumerable<T> entries) => JsonOf(entries);

    /// <summary>
    /// Writes an object as JSON, for a program that has started this one. Characters that a terminal obeys can only be inside texts, and
    /// are escaped.
    /// </summary>
    public void JsonOf(object value) => Output.WriteLine(
        MessageText.Printable(JsonSerializer.Serialize(value, _json), character => FormattableString.Invariant($"\\u{(int)character:x4}")));

    /// <summary>Does something long and shows how far it is: a bar on a terminal, now and then a line elsewhere.</summary>
    /// <param name="title">What is done.</param>
    /// <param name="work">Does it, reporting the share that is done (0 … 1) and a short status.</param>
    /// <param name="quiet">Show nothing, as for <c>--json</c>.</param>
    public T Track<T>(string title, Func<IProgress<(double Share, string Status)>, T> work, bool quiet = false)
    {
        if (quiet)
        {
            return work(new Reporter((_, _) => { }));
        }

        return _isInteractive ? TrackLive(title, work) : TrackPlain(title, work);
    }

    private T TrackLive<T>(string title, Func<IProgress<(double Share, string Status)>, T> work) => _console.Progress()
        .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = BarWidth }, new PercentageColumn(),
            new RemainingTimeColumn())
        .Start(context =>
        {
            var task = context.AddTask(Markup.Escape(MessageText.Printable(title)), maxValue: 1);
            _isLive = true;
            try
            {
                var result = work(new Reporter((share, status) =>
                {
                    task.Value = share;
                    task.Description = Markup.Escape(Fit(MessageText.OneLine(status.Length > 0 ? $"{title}: {status}" : title),
                        _console.Profile.Width - BarWidth - NumbersWidth));
                }));
                task.Value = 1;
                return result;
            }
            finally
            {
                _isLive = false;
            }
        });

    /// <summary>Shortens what would push bar and numbers out of the line.</summary>
    internal static string Fit(string text, int width) => text.Length <= width ? text : $"{text[..Math.Max(0, width - 1)]}…";

    private T TrackPlain<T>(string title, Func<IProgress<(double Share, string Status)>, T> work)
    {
        var last = TimeProvider.System.GetTimestamp();
        Line($"{title} …");
        return work(new Reporter((share, status) =>
        {
            if (TimeProvider.System.GetElapsedTime(last) >= _plainInterval)
            {
                last = TimeProvider.System.GetTimestamp();
                Line(FormattableString.Invariant($"  {100 * share,3:F0} % {status}").TrimEnd());
            }
        }));
    }

    /// <summary>Reports at once and in order, which <see cref="Progress{T}"/> does not.</summary>
    private sealed class Reporter(Action<double, string> report) : IProgress<(double Share, string Status)>
    {
        private readonly Lock _lock = new();

        public void Report((double Share, string Status) value)
        {
            lock (_lock)
            {
                report(value.Share, value.Status);
            }
        }
    }
}
