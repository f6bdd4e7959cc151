using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Deidentification;

/// <summary>
/// Applies the Basic Profile to data sets; what it gives for a UID or patient is the same for all objects of a run, and of all runs with
/// the same secret.
/// </summary>
internal sealed class Deidentifier
{
    private const int MostDays = 3650;
    private readonly byte[] _key;

    /// <summary>Creates a de-identifier.</summary>
    /// <param name="secret">What replacements depend on; <see langword="null"/> for a random one.</param>
    public Deidentifier(string? secret) =>
        _key = secret is null ? RandomNumberGenerator.GetBytes(32) : SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>The UID that stands for another.</summary>
    public string Replace(string uid) => uid.Length == 0 ? uid : DicomUids.Replace(uid, _key);

    /// <summary>Changes a data set and the items of its sequences, and records that.</summary>
    /// <param name="dataSet">The data set.</param>
    /// <param name="retains">Whether <see cref="RetainedContent"/> stays.</param>
    /// <exception cref="DicomDataException">Pixels show text that cannot be removed.</exception>
    public void Apply(DicomDataSet dataSet, bool retains = false)
    {
        if ("YES".Equals(dataSet.GetString(Tags.BurnedInAnnotation), StringComparison.OrdinalIgnoreCase))
        {
            throw new DicomDataException("text is burned into the pixels (Burned In Annotation YES), so that the image cannot be "
                + "de-identified; blank the text first.");
        }

        Clean(dataSet, retains ? new(new(DaysFor(dataSet))) : null);
        dataSet.SetText(Tags.PatientIdentityRemoved, DicomVr.CS, "YES");
        dataSet.SetText(Tags.DeidentificationMethod, DicomVr.LO, "DICOM PS3.15 Annex E Basic Profile");
        dataSet.SetItems(Tags.DeidentificationMethodCodeSequence, retains
            ? [Codes.BasicProfile, Codes.ModifiedDates, Codes.PatientCharacteristics, Codes.SafePrivate]
            : [Codes.BasicProfile]);
        dataSet.SetText(Tags.LongitudinalTemporalInformationModified, DicomVr.CS, retains ? "MODIFIED" : "REMOVED");
    }

    /// <summary>By how many days the dates of a patient move: up to ten years back, the same for all of the patient's objects.</summary>
    private int DaysFor(DicomDataSet dataSet)
    {
        var patient = dataSet.GetString(Tags.PatientId) ?? dataSet.GetString(Tags.StudyInstanceUid) ?? "";
        var hash = HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"dates of {patient}"));
        return -1 - (int)(BinaryPrimitives.ReadUInt32LittleEndian(hash) % MostDays);
    }

    private void Clean(DicomDataSet dataSet, RetainedContent? retained)
    {
        foreach (var element in dataSet.ToList())
        {
            if (retained?.Find(element, dataSet) is { } stays)
            {
                dataSet.Set(stays);
                continue;
            }

            switch (BasicProfile.Find(element.Tag))
            {
                case ProfileAction.Remove:
                    dataSet.Remove(element.Tag);
                    break;
                case ProfileAction.Empty:
                    dataSet.Set(element.Items is null ? new DicomElement(element.Tag, element.Vr, []) : new DicomElement(element.Tag, []));
                    break;
                case ProfileAction.Dummy:
                    dataSet.Set(element.Items is null ? Dummy(element) : new DicomElement(element.Tag, []));
                    break;
                case ProfileAction.ReplaceUid when element.Items is null:
                    // Whatever the representation says it is.
                    dataSet.SetText(element.Tag, DicomVr.UI,
                        Encoding.Latin1.GetString(element.Value).Split('\\').Select(uid => Replace(uid.Trim(' ', '\0'))));
                    break;
                case var _ when !ExpectedContent.Holds(element):
                    dataSet.Remove(element.Tag);
                    break;
            }

            foreach (var item in dataSet.Find(element.Tag)?.Items ?? [])
            {
                Clean(item, retained);
            }
        }
    }

    private DicomElement Dummy(DicomElement element)
    {
        var text = element.Vr switch
        {
            _ when element.Value.Length == 0 => "",
            DicomVr.DA => "19000101",
            DicomVr.TM => "000000",
            DicomVr.DT => "19000101000000",
            DicomVr.AS => "000D",
            DicomVr.DS or DicomVr.IS => "0",

            // Archives tell patients by their ID: those of one study must not fall together with those of another.
            _ when element.Tag == Tags.PatientId => "ANON" + Convert.ToHexString(HMACSHA256.HashData(_key, element.Value))[..12],
            _ when element.Vr.IsText() => "REMOVED",
            _ => null,
        };
        return new DicomElement(element.Tag, element.Vr, text is null ? new byte[element.Value.Length] : Encoding.ASCII.GetBytes(text));
    }
}
