namespace Tat.Torch.Files;

/// <summary>How options are checked, wherever there are some: each has a name, a value, and an advice.</summary>
internal static class OptionCheck
{
    /// <summary>Refuses an option that is out of its range.</summary>
    /// <param name="holds">Whether it is in its range.</param>
    /// <param name="what">What it is an option of, as in <c>training</c>.</param>
    /// <param name="option">Its name.</param>
    /// <param name="value">Its value.</param>
    /// <param name="advice">What to use instead.</param>
    /// <exception cref="ArgumentException">It is out of its range; the message has all of that.</exception>
    public static void Require(bool holds, string what, string option, object? value, string advice)
    {
        if (!holds)
        {
            throw new ArgumentException(FormattableString.Invariant($"The {what} option {option} is {value ?? "null"}: {advice}."), option);
        }
    }
}
