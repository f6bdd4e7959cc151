using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tat.Torch.Files;

/// <summary>How options are refused, wherever there are some: each has a name, a value, and an advice.</summary>
/// <remarks>
/// What works by itself, such as a filter, checks each of its options when it is set. Records of options, which are read from files and
/// changed in any order, check all of them in a method <c>Validate</c>, before the work begins.
/// </remarks>
internal static class OptionCheck
{
    /// <summary>Refuses an option that is out of its range.</summary>
    /// <param name="holds">Whether it is in its range.</param>
    /// <param name="what">What it is an option of, as in <c>training</c>.</param>
    /// <param name="option">Its name.</param>
    /// <param name="value">Its value.</param>
    /// <param name="advice">What to use instead.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is out of its range; the message has all of that.</exception>
    public static void Require(bool holds, string what, string option, object? value, string advice)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(
                option, FormattableString.Invariant($"The {what} option {option} is {value ?? "null"}: {advice}."));
        }
    }

    /// <summary>Gives an option back that is being set, where it is in its range.</summary>
    /// <inheritdoc cref="Require"/>
    public static T Checked<T>(T value, bool holds, string what, string advice, [CallerMemberName] string option = "")
    {
        Require(holds, what, option, value, advice);
        return value;
    }

    /// <summary>Gives an option back that is being set, where it is a number above 0.</summary>
    /// <inheritdoc cref="Require"/>
    public static double Positive(double value, string what, [CallerMemberName] string option = "") =>
        Checked(value, value > 0 && double.IsFinite(value), what, "use a number above 0", option);

    /// <summary>Gives an option back that is being set, where it is a number from a lowest one on.</summary>
    /// <inheritdoc cref="Require"/>
    public static T AtLeast<T>(T lowest, T value, string what, [CallerMemberName] string option = "")
        where T : INumber<T> =>
        Checked(value, value >= lowest && T.IsFinite(value), what, FormattableString.Invariant($"use {lowest} or more"), option);

    /// <summary>Gives an option back that is being set, where it is a part of something, from 0 on.</summary>
    /// <inheritdoc cref="Require"/>
    public static double Share(double value, string what, double largest = 1, [CallerMemberName] string option = "") =>
        Checked(value, value >= 0 && value <= largest, what, FormattableString.Invariant($"use a number from 0 to {largest}"), option);
}
