using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Tat.Tests.Service;

/// <summary>Keeps all that is logged: texts, values and exceptions.</summary>
internal sealed class TextLog : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    public string Text => string.Join('\n', _lines);

    /// <summary>Waits until a text is logged.</summary>
    public async Task ContainsAsync(string text)
    {
        for (var i = 0; i < 1200 && !Text.Contains(text, StringComparison.Ordinal); i++)
        {
            await Task.Delay(100);
        }

        Assert.Contains(text, Text);
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void Dispose()
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue(string.Join(' ', state as IEnumerable<KeyValuePair<string, object?>> ?? [])
            + $" {formatter(state, exception)} {exception}");
}
