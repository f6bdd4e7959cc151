using System.Text.RegularExpressions;
using Microsoft.Net.Http.Headers;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Dicomweb;

/// <summary>What a caller accepts, in the header or the address of its request (PS3.18, section 8.3.3).</summary>
internal static partial class AcceptedTypes
{
    /// <summary>The transfer syntax of all results: Explicit VR Little Endian.</summary>
    public const string TransferSyntax = "1.2.840.10008.1.2.1";

    private const string Multipart = "multipart/related";

    /// <summary>Refuses a request that accepts none of some types, of which the first one is sent.</summary>
    /// <exception cref="ServiceProblem">It is so; the message names the first type.</exception>
    public static void Check(HttpRequest request, params string[] types) =>
        Check(request, one => types.Any(type => Covers(one, type)), types[0]);

    /// <summary>Refuses a request that does not accept parts of a type, as results have them.</summary>
    /// <exception cref="ServiceProblem">It is so; the message says what parts there are.</exception>
    public static void CheckParts(HttpRequest request, string type) => Check(request, one => Covers(one, Multipart)
        && (ValueOf(one, "type") is not { } wanted || (MediaTypeHeaderValue.TryParse(wanted, out var part) && Covers(part, type)))
        && ValueOf(one, "transfer-syntax") is null or "*" or TransferSyntax,
        $"{Multipart}; type=\"{type}\"; transfer-syntax={TransferSyntax}");

    private static void Check(HttpRequest request, Func<MediaTypeHeaderValue, bool> suits, string sent)
    {
        IList<string?> texts = request.Query["accept"] is { Count: > 0 } inAddress ? inAddress : request.Headers.Accept;
        string[] quoted = [.. texts.Select(text => Unquoted().Replace(text!, "$1\"$2\""))];
        if (MediaTypeHeaderValue.TryParseList(quoted, out var accepted) && accepted.Count > 0
            && !accepted.Any(one => one.Quality != 0 && suits(one)))
        {
            throw new ServiceProblem(StatusCodes.Status406NotAcceptable, $"It is sent as {sent}; accept that.");
        }
    }

    private static bool Covers(MediaTypeHeaderValue range, string type) => range.MatchesAllTypes
        || (range.MatchesAllSubTypes ? type.StartsWith($"{range.Type}/", StringComparison.OrdinalIgnoreCase)
            : range.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase));

    private static string? ValueOf(MediaTypeHeaderValue type, string name) =>
        type.Parameters.FirstOrDefault(one => one.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.GetUnescapedValue().Value;

    /// <summary>The type of parts without the quotes that it needs: so viewers send it.</summary>
    [GeneratedRegex("""(;\s*type\s*=\s*)([^";,\s]+)""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Unquoted();
}
