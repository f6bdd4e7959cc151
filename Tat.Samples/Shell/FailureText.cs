using System.Reflection;
using Tat.Torch.Files;

namespace Tat.Samples.Shell;

/// <summary>What a command says of an exception.</summary>
internal static class FailureText
{
    private const int Longest = 300;

    /// <summary>One line, without the parameter's name that .NET appends to it.</summary>
    public static string Of(Exception exception)
    {
        var cause = exception;
        while (cause is AggregateException or TargetInvocationException && cause.InnerException is { } inner)
        {
            cause = inner;
        }

        var message = cause is ArgumentException { ParamName: { } name }
            ? cause.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal)
            : cause.Message;
        return MessageText.OneLine(message, Longest);
    }
}
