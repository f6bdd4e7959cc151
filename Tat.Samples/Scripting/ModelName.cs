using System.Text.RegularExpressions;

namespace Tat.Samples.Scripting;

/// <summary>What a model is called: its files by the name as it was given, its class by an identifier made of it.</summary>
internal sealed partial record ModelName
{
    /// <summary>What no file can be called on some system.</summary>
    private const string Forbidden = "<>:\"/\\|?*";

    /// <param name="name">The name.</param>
    /// <exception cref="InvalidDataException">No file can be called so.</exception>
    public ModelName(string name)
    {
        if (name.Trim().Length == 0 || name.Any(letter => char.IsControl(letter) || Forbidden.Contains(letter, StringComparison.Ordinal))
            || name[0] == '.' || name[^1] is '.' or ' ')
        {
            throw new InvalidDataException(
                $"A model cannot be called '{name}', because its files have that name: use letters, digits, '-' and '_'.");
        }

        Text = name;
    }

    /// <summary>The name as it was given.</summary>
    public string Text { get; }

    /// <summary>
    /// A name for a class in code: what no identifier has becomes '_', the first letter a capital, so that it is no keyword, and before a
    /// digit stands '_'. Where the code uses that word for something else, Model is appended.
    /// </summary>
    /// <param name="code">The code.</param>
    public string ClassIn(string code)
    {
        var word = NoIdentifier().Replace(Text, "_");
        word = char.IsDigit(word[0]) ? $"_{word}" : char.ToUpperInvariant(word[0]) + word[1..];
        return Regex.IsMatch(code, $@"\b{Regex.Escape(word)}\b", RegexOptions.CultureInvariant) ? $"{word}Model" : word;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    [GeneratedRegex(@"[^\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}_]")]
    private static partial Regex NoIdentifier();
}
