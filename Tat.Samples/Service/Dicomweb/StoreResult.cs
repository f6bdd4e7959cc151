using System.Text.Json.Nodes;
using Tat.MLNet.Formats.Dicom;

namespace Tat.Samples.Service.Dicomweb;

/// <summary>What became of the objects of a request (PS3.18, section 10.5.3).</summary>
internal sealed class StoreResult
{
    /// <summary>Reasons of PS3.4, table B.2-1, and of PS3.18, table I.2-2.</summary>
    public const int CannotUnderstand = 0xC000, OtherStudy = 0xC409;

    private readonly List<JsonObject> _stored = [], _failed = [], _unknown = [];

    /// <summary>200 where all are stored, 202 where some are, 409 where none is.</summary>
    public int Status => _failed.Count + _unknown.Count == 0 ? StatusCodes.Status200OK
        : _stored.Count > 0 ? StatusCodes.Status202Accepted : StatusCodes.Status409Conflict;

    public bool IsEmpty => _stored.Count + _failed.Count + _unknown.Count == 0;

    public void Stored(DicomHeader header) => _stored.Add(Reference(header));

    public void Failed(DicomHeader header, int reason)
    {
        var reference = Reference(header);
        reference["00081197"] = DicomJsonText.Value("US", reason);
        _failed.Add(reference);
    }

    /// <summary>Something came that is no object, or does not say which.</summary>
    public void Failed(int reason) => _unknown.Add(new() { ["00081197"] = DicomJsonText.Value("US", reason) });

    public JsonObject ToJson()
    {
        var answer = new JsonObject();
        foreach (var (tag, items) in new[] { ("00081198", _failed), ("00081199", _stored), ("0008119A", _unknown) })
        {
            if (items.Count > 0)
            {
                answer[tag] = DicomJsonText.Items(items);
            }
        }

        return answer;
    }

    private static JsonObject Reference(DicomHeader header) => new()
    {
        ["00081150"] = DicomJsonText.Value("UI", header["00080016"]),
        ["00081155"] = DicomJsonText.Value("UI", header["00080018"]),
    };
}
