using System.Text;
using System.Text.RegularExpressions;

namespace Tat.MLNet.Loading;

/// <summary>Files by a path or a pattern: <c>*</c> and <c>?</c> within a name, <c>**</c> for any folders.</summary>
internal static class FilePattern
{
    /// <summary>The files, in the order of their names.</summary>
    /// <exception cref="DirectoryNotFoundException">The path, or the part of the pattern before its first wildcard, does not
    /// exist.</exception>
    public static IReadOnlyList<string> Files(string pattern)
    {
        ArgumentException.ThrowIfNullOrEmpty(pattern);
        var wildcard = pattern.AsSpan().IndexOfAny('*', '?');
        if (wildcard < 0 || File.Exists(pattern) || Directory.Exists(pattern))
        {
            return ImageFiles.Under(pattern);
        }

        var separator = pattern.AsSpan(0, wildcard).LastIndexOfAny('/', '\\');
        var root = separator < 0 ? "." : pattern[..Math.Max(separator, 1)];
        var expression = Expression(pattern[(separator + 1)..]);
        return [.. ImageFiles.Under(root).Where(file => expression.IsMatch(Path.GetRelativePath(root, file).Replace('\\', '/')))];
    }

    private static Regex Expression(string pattern)
    {
        var expression = new StringBuilder("^");
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '*' when pattern.AsSpan(i).StartsWith("**/"):
                    expression.Append("(.*/)?");
                    i += 2;
                    break;
                case '*' when pattern.AsSpan(i).StartsWith("**"):
                    expression.Append(".*");
                    i++;
                    break;
                case '*':
                    expression.Append("[^/]*");
                    break;
                case '?':
                    expression.Append("[^/]");
                    break;
                case '\\':
                    expression.Append('/');
                    break;
                default:
                    expression.Append(Regex.Escape(pattern[i].ToString()));
                    break;
            }
        }

        return new Regex(expression.Append('$').ToString(), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
    }
}
